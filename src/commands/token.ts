import { Command, Option } from 'commander';
import type { ConfigFlags } from '../config.ts';
import { TOKEN_ROLES, type TokenRole } from '../store/token-store.ts';
import { CommandError } from './command-error.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { withOffice } from './open-office.ts';

export function tokenCommand(): Command {
  const create = new Command('create')
    .description('make a bearer token for the API; it is printed once and cannot be shown again')
    .requiredOption('--name <name>', 'who or what it is for; goes to the audit')
    .addOption(new Option('--role <role>', 'what it may do').choices(TOKEN_ROLES).makeOptionMandatory())
    .action(createToken);
  const list = new Command('list').description('list the tokens, without the tokens themselves').action(listTokens);
  const revoke = new Command('revoke')
    .description('end a token')
    .argument('<name-or-id>', 'as `token list` shows it')
    .action(revokeToken);
  const command = new Command('token').description('bearer tokens of the API');
  for (const child of [create, list, revoke]) command.addCommand(addDataDirFlag(child));
  return command;
}

async function createToken(flags: ConfigFlags & { readonly name: string; readonly role: TokenRole }): Promise<void> {
  await withOffice(configFrom(flags).dataDir, async ({ store }) => {
    const { name, role } = flags;
    const result = await store.tokens.create({ name, role });
    if (!result.ok)
      throw new CommandError(`--name: there is a token "${name}" already; revoke it first, or take another name`);
    const entry = { at: Date.now(), actor: 'command line', action: 'token.created', subject: name, detail: { role } };
    await store.audit.append([entry]);
    // Alone on stdout, so that a script can take it.
    process.stdout.write(`${result.value.token}\n`);
  });
}

async function listTokens(flags: ConfigFlags): Promise<void> {
  await withOffice(configFrom(flags).dataDir, async ({ store }) => {
    const rows = (await store.tokens.list()).map(({ id, name, role, createdAt, lastUsedAt }) => [
      id,
      name,
      role,
      `created ${new Date(createdAt).toISOString()}`,
      lastUsedAt === null ? 'never used' : `used ${new Date(lastUsedAt).toISOString()}`,
    ]);
    for (const row of rows) process.stdout.write(`${row.join('  ')}\n`);
  });
}

async function revokeToken(nameOrId: string, flags: ConfigFlags): Promise<void> {
  await withOffice(configFrom(flags).dataDir, async ({ store }) => {
    const revoked = await store.tokens.revoke(nameOrId);
    if (revoked === undefined)
      throw new CommandError(`there is no token "${nameOrId}"; \`plugtone token list\` shows them`);
    const { name } = revoked;
    const entry = { at: Date.now(), actor: 'command line', action: 'token.revoked', subject: name, detail: {} };
    await store.audit.append([entry]);
    process.stdout.write(`token "${name}" is revoked\n`);
  });
}
