/** viewer reads. technician also approves, blocks, resyncs, forgets and edits extensions. admin also site, users, tokens and audit. */
export const ROLES = ['viewer', 'technician', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** May somebody of role `own` do what takes `wanted`? */
export function hasRole(own: Role, wanted: Role): boolean {
  return ROLES.indexOf(own) >= ROLES.indexOf(wanted);
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}
