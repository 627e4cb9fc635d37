import type { Result } from '../core/result.ts';
import type { Role } from '../core/role.ts';
import type { Office } from './office.ts';

export interface TokenWish {
  readonly name: string;
  readonly role: Role;
}

/** As far as these flows go; `store/token-store` fits. */
interface TokenChanges<T extends TokenWish> {
  create(
    wanted: TokenWish,
  ): Promise<Result<T & { readonly token: string }, { readonly kind: 'name-taken'; readonly name: string }>>;
  revoke(nameOrId: string): Promise<T | undefined>;
}

interface TokenChangeDoors<T extends TokenWish> {
  readonly tokens: TokenChanges<T>;
  readonly office: Office;
  readonly clock: () => number;
}

/** Makes a bearer token of the API. Only now is it known. */
export async function createToken<T extends TokenWish>(
  { tokens, office, clock }: TokenChangeDoors<T>,
  { name, role }: TokenWish,
  actor: string,
) {
  const created = await tokens.create({ name, role });
  if (created.ok) {
    const entry = { at: clock(), actor, action: 'token.created', subject: name, detail: { role } };
    await office.commit({ audit: [entry] });
  }
  return created;
}

/** Ends a bearer token. Undefined: there is none of that name or id. */
export async function revokeToken<T extends TokenWish>(
  { tokens, office, clock }: TokenChangeDoors<T>,
  nameOrId: string,
  actor: string,
): Promise<T | undefined> {
  const revoked = await tokens.revoke(nameOrId);
  if (revoked !== undefined) {
    const { name, role } = revoked;
    const entry = { at: clock(), actor, action: 'token.revoked', subject: name, detail: { role } };
    await office.commit({ audit: [entry] });
  }
  return revoked;
}
