import { requestScope } from './request-scope.js';

/** Where a change comes from: what an audit event says of the request. */
export interface RequestFacts {
  requestId: string;
  address: string;
  /** The header as it came. */
  userAgent?: string | undefined;
  /** The header as it came. */
  acceptLanguage?: string | undefined;
  /** What is known better than the header says: the person's own setting, or what an application asked for. */
  language?: string | undefined;
  /** Whether the request has made an event: then somebody moves it to the log right afterwards. */
  eventful?: boolean;
}

/** A browser's name is far shorter; what is longer is cut. */
const USER_AGENT_MAX = 256;

/** As much of a `User-Agent` as is kept: no control characters, and no more than a line. Undefined where there is none. */
export function userAgentOf({ userAgent }: RequestFacts): string | undefined {
  return userAgent?.replace(/\p{Cc}+/gu, ' ').slice(0, USER_AGENT_MAX) || undefined;
}

/** Says for whom `work` is done: whatever it changes has these facts in its events. */
export const withRequestFacts = <T>(facts: RequestFacts, work: () => Promise<T>): Promise<T> =>
  requestScope.run({ facts }, work);

/** The facts of the request under way; undefined in what no request began: the command, a provisioning file, work beside requests. */
export const requestFacts = (): RequestFacts | undefined => requestScope.getStore()?.facts;
