/**
 * Back-Channel Logout 1.0: when a session ends, each application that a person was signed in to from it gets a logout token. What has to be
 * told is queued in the store, so that no page waits for an application and no restart loses it; the token is signed at each attempt,
 * for it lives two minutes.
 */
import type { Provider } from 'oidc-provider';
import { digest, newSecret } from '../lib/ids.js';
import type { OidcRecord } from '../models/index.js';
import type { DeliveryKind } from '../services/deliveries/index.js';
import type { OidcContext, Runtime } from './runtime.js';

interface LogoutNotice {
  clientId: string;
  sub: string;
  /** As the ID tokens of this session and application have it. */
  sid: string;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;

export const LOGOUT_NOTICE: DeliveryKind<LogoutNotice> = {
  name: 'backchannel-logout',
  // Three times what an outbound call may take.
  lease: 15 * SECOND,
  maxAge: 24 * HOUR,
  backoff: { first: 2 * SECOND, most: HOUR / 2 },
  parallel: 6,
  perTarget: 2,
  target: ({ clientId }) => clientId,
  describe: ({ clientId }) => ({ clientId }),
};

/** `sid` of ID tokens and logout tokens: what a session is called towards one application. */
export const sidOf = (sessionUid: string, clientId: string) => digest('sid', sessionUid, clientId);

/**
 * Queues a logout token for every application that ID tokens were given to under these grants of one ended session, offline ones
 * included: the library's own list, in the session, loses entries when two authorizations run at once. A grant whose consent was never
 * given has no scope, and its application learns nothing.
 */
export async function queueLogoutNotices(
  { services, deliveries }: Runtime,
  sessionUid: string,
  grants: readonly OidcRecord[],
): Promise<void> {
  const { applications } = await services.catalog.current();
  const notices = new Map<string, LogoutNotice>();
  for (const { payload } of grants) {
    const { clientId, accountId: sub } = payload as { clientId: string; accountId: string };
    if (!applications.get(clientId)?.backchannelLogoutUri || !scopesOf(payload).includes('openid')) continue;
    notices.set(clientId, { clientId, sub, sid: sidOf(sessionUid, clientId) });
  }
  await Promise.all(
    [...notices.values()].map((notice) =>
      deliveries.enqueue(LOGOUT_NOTICE, digest(LOGOUT_NOTICE.name, notice.sid, notice.sub), notice),
    ),
  );
}

/** Queues them for grants of whatever sessions: an administrator or an operator ends them. A device's has no session to name. */
export async function tellOfEndingGrants(runtime: Runtime, grants: readonly OidcRecord[]): Promise<void> {
  const bySession = new Map<string, OidcRecord[]>();
  for (const grant of grants)
    if (grant.sessionUid) bySession.set(grant.sessionUid, [...(bySession.get(grant.sessionUid) ?? []), grant]);
  for (const [sessionUid, ofSession] of bySession) await queueLogoutNotices(runtime, sessionUid, ofSession);
}

export const scopesOf = (payload: Record<string, unknown>): string[] =>
  (payload.openid as { scope?: string } | undefined)?.scope?.split(' ') ?? [];

/** One attempt (2.5): the logout token as a form, and 200 or 204 as the answer; anything else is tried again. */
export async function sendLogoutNotice({ outbound }: Runtime, provider: Provider, notice: LogoutNotice): Promise<void> {
  const client = (await provider.Client.find(notice.clientId)) as OidcContext;
  // Deleted, or no longer wanted.
  if (!client?.backchannelLogoutUri) return;
  const response = await outbound.fetch(client.backchannelLogoutUri, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ logout_token: await logoutToken(provider, client, notice) }),
  });
  if (![200, 204].includes(response.status)) throw new Error(`the application answered ${response.status}`);
}

/** 2.4: `sub` and `sid`, so that it serves whichever of them an application keeps its sessions by. */
async function logoutToken(provider: Provider, client: OidcContext, { sub, sid }: LogoutNotice): Promise<string> {
  const token = new (provider.IdToken as OidcContext)({ sub }, { client, ctx: undefined });
  token.mask = { sub: null };
  token.set('events', { 'http://schemas.openid.net/event/backchannel-logout': {} });
  token.set('jti', newSecret());
  token.set('sid', sid);
  return token.issue({ use: 'logout' });
}

/** The library would call applications while the page waits, and by its own list. */
export function leaveLogoutToQueue(provider: Provider): void {
  (provider.Client.prototype as OidcContext).backchannelLogout = async () => {};
}
