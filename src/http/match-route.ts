/** Which methods an address takes, from the patterns of all routes: Fastify itself knows 404 only, not 405. */
export interface RoutePattern {
  readonly method: string;
  /** `/api/v1/devices/:mac`. */
  readonly url: string;
}

/** Methods that the path would take, sorted; empty: there is no such address. */
export function findAllowedMethods(routes: readonly RoutePattern[], path: string): readonly string[] {
  const segments = path.split('/');
  const methods = routes.filter(({ url }) => fits(url.split('/'), segments)).map(({ method }) => method);
  return [...new Set(methods)].sort();
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  // A wildcard serves files of the documentation: whatever is missing there is a 404.
  if (pattern.length !== path.length || pattern.includes('*')) return false;
  return pattern.every((part, index) => part === path[index] || (part.startsWith(':') && path[index] !== ''));
}
