import { readBearer } from '../http/bearer-guard.ts';
import type { TokenDoors } from '../http/web-doors.ts';
import type { PageSessions } from './page-doors.ts';

/** Pages for whoever sends a token of the API with each request: a browser does so only when told to, so nothing can be forged. */
export function bearerSessions(tokens: Pick<TokenDoors, 'find'>): PageSessions {
  return {
    async identify(request) {
      const token = readBearer(request.headers.authorization);
      return token === undefined ? undefined : tokens.find(token);
    },
    csrfOf: () => '',
    loginPath: null,
  };
}
