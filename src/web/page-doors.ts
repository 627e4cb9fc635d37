import type { FastifyRequest } from 'fastify';
import type { MacAddress } from '../core/mac-address.ts';
import type { Result } from '../core/result.ts';
import type { ConfigFacts } from '../flows/compare-config.ts';
import type { HeldApprovals } from '../flows/held-approvals.ts';
import type { PreviewProblem } from '../flows/preview-config.ts';
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
  /** May a foreign page have sent this? Asked before every POST of a page, when its form has been read. */
  isForged(request: FastifyRequest): boolean;
}

/** What the pages know of a phone's file beside its preview. */
export interface ConfigDoors {
  readonly compareConfig: (mac: MacAddress) => Result<ConfigFacts, PreviewProblem>;
  /** The file with its secrets; the audit says who looked. */
  readonly revealConfig: (mac: MacAddress, actor: string) => Promise<Result<string, PreviewProblem>>;
}

/** What the pages know of a new external address. */
export interface AddressDoors {
  /** Approved phones whose files the last change of the external address made other ones, and that have not fetched them yet. */
  readonly findAffectedPhones: () => Promise<readonly MacAddress[]>;
}

/** All that the pages reach out through: the API's doors and a few of their own. */
export interface PageDoors extends WebDoors, ConfigDoors, AddressDoors {
  readonly sessions: PageSessions;
  readonly held: HeldApprovals;
  readonly troubles: TroubleBoard;
}
