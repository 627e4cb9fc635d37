import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HeldApprovals } from '../flows/held-approvals.ts';
import type { TroubleBoard } from '../flows/troubles.ts';
import type { ApiUser, WebDoors } from '../http/web-doors.ts';

/** Who looks at a page, and how that is found out. */
export interface PageSessions {
  /** The user behind a request; undefined: nobody is logged in. */
  identify(request: FastifyRequest): Promise<ApiUser | undefined>;
  /** The token that every form sends back; empty: the request carries no cookie that could be misused. */
  csrfOf(request: FastifyRequest): string;
  /** Where people without a session are sent; null: there is no such page. */
  readonly loginPath: string | null;
  /** Refuses a forged request: asked before every POST of a page, when its form has been read. A reply: it was refused. */
  checkForgery?(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>;
}

/** All that the pages reach out through: the API's doors and a few of their own. */
export interface PageDoors extends WebDoors {
  readonly sessions: PageSessions;
  readonly held: HeldApprovals;
  readonly troubles: TroubleBoard;
}
