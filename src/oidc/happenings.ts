/**
 * What happens in the protocol, as the audit log has it. It stands in the log of the grant's organization, and in that of `system` where
 * there is none. Tokens and codes are in no event, nor are digests of them.
 */
import { type Actor, themselves } from '../access/can.js';
import type { OidcRecord } from '../models/index.js';
import { record, recordAll } from '../services/audit/record.js';
import { eventOf } from '../services/context.js';
import type { OidcContext, Runtime } from './runtime.js';

/** As an actor of events alone: may do nothing. */
const application = (applicationId: string): Actor => ({
  kind: 'application',
  applicationId,
  permissions: new Set(),
});

/** A password was right. No organization is known yet: where one is, `startedGrant` follows. */
export const signedIn = ({ services }: Runtime, userId: string, applicationId: string | null): Promise<void> =>
  record(services, themselves(userId), 'user.signed_in', userId, {
    after: { application: applicationId, amr: ['pwd'] },
  });

/** A browser session has its first grant of an application in an organization: there, somebody has signed in. */
export async function startedGrant({ services }: Runtime, grant: OidcContext): Promise<void> {
  const { accountId, clientId, organizationId } = grant;
  if (!organizationId) return;
  const rest = { organizationId, after: { application: clientId } };
  await record(services, themselves(accountId), 'user.signed_in', accountId, rest);
}

/** A session has ended by signing out: for each organization that it had grants in, and for the server. */
export async function signedOut(
  { services }: Runtime,
  userId: string | undefined,
  grants: readonly OidcRecord[],
): Promise<void> {
  if (!userId) return;
  const organizationIds = new Set([null, ...grants.map(({ payload }) => organizationOf(payload))]);
  const events = [...organizationIds].map((organizationId) =>
    eventOf(services, themselves(userId), 'user.signed_out', userId, { organizationId }),
  );
  await recordAll(services, events);
}

/** An application has signed somebody out of itself, who stays signed in here. */
export async function signedOutOf({ services }: Runtime, clientId: string, grants: readonly OidcRecord[]) {
  const events = grants.map(({ payload }) => {
    const { accountId } = payload as { accountId: string };
    const rest = { organizationId: organizationOf(payload), after: { application: clientId } };
    return eventOf(services, themselves(accountId), 'user.signed_out', accountId, rest);
  });
  await recordAll(services, events);
}

const organizationOf = (payload: OidcRecord['payload']) => (payload.organizationId as string | undefined) ?? null;

/** Which kind of token it was about, by the names of RFC 7009. */
type TokenKind = 'access_token' | 'refresh_token' | 'authorization_code' | 'device_code';

export interface TokenFacts {
  clientId: string;
  /** Absent: a machine's. */
  userId?: string | undefined;
  organizationId: string | null;
  kind: TokenKind;
}

/** An application has revoked a token of its own. */
export const revokedToken = ({ services }: Runtime, { clientId, userId, organizationId, kind }: TokenFacts) =>
  record(services, application(clientId), 'token.revoked', userId ?? clientId, {
    organizationId,
    after: { application: clientId, kind },
  });

/** A code or a refresh token has come a second time, and everything that was given with it ends (RFC 9700 4.14). */
export const reusedToken = ({ services }: Runtime, { clientId, userId, organizationId, kind }: TokenFacts) =>
  record(services, application(clientId), 'token.reused', userId ?? clientId, {
    organizationId,
    after: { application: clientId, kind },
  });

/** Somebody has decided about a device (RFC 8628). */
export const decidedAboutDevice = (
  { services }: Runtime,
  decision: 'allowed' | 'denied',
  { userId, clientId, organizationId }: { userId: string | undefined; clientId: string; organizationId: string | null },
): Promise<void> =>
  record(services, userId ? themselves(userId) : 'anonymous', `device.${decision}`, userId ?? null, {
    organizationId,
    after: { application: clientId },
  });

const KINDS: Readonly<Record<string, TokenKind>> = {
  AccessToken: 'access_token',
  ClientCredentials: 'access_token',
  RefreshToken: 'refresh_token',
  AuthorizationCode: 'authorization_code',
  DeviceCode: 'device_code',
};

/** What an event says of one of the library's tokens. The organization is the grant's, where that is there still. */
export async function factsOfToken({ oidc }: OidcContext, token: OidcContext): Promise<TokenFacts> {
  const { clientId, accountId: userId, grantId, kind } = token;
  const grant = grantId ? await oidc.provider.Grant.find(grantId, { ignoreExpiration: true }) : undefined;
  return {
    clientId,
    userId,
    organizationId: grant?.organizationId ?? null,
    kind: KINDS[kind] ?? 'access_token',
  };
}
