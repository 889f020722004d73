/** What a person has let applications do, by application and organization, as they see it and take it back themselves. */
import type { Actor } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { sortNameOf } from '../lib/words.js';
import type { Application, OidcRecord } from '../models/index.js';
import { moveEventsOf } from './audit/move-events.js';
import { type ConsentKey, consentTo, withdrawConsent } from './consents.js';
import { event, type ServiceContext } from './context.js';
import { endGrants } from './end-grants.js';
import { ownerOf } from './owner-of.js';

export interface OwnAccess {
  application: Application;
  /** Null: in no organization. */
  organizationId: string | null;
  /** As a consent writes them (`consentTo`). */
  scopes: string[];
  since: Date;
}

/** What one list is made of at most. Nobody has as many by living; whose grants are more sees those that came first to hand. */
const MOST_CONSENTS = 2000;
const MOST_GRANTS = 10_000;

interface GrantPayload {
  clientId: string;
  organizationId?: string | null;
  iat?: number;
  openid?: { scope?: string; claims?: string[] };
  resources?: Record<string, string>;
}

/**
 * Every application that has access, or would get it without asking.
 * @throws RollcallError `forbidden`
 */
export async function listOwnAccess(context: ServiceContext, actor: Actor): Promise<OwnAccess[]> {
  const userId = ownerOf(actor);
  const { models, clock, catalog } = context;
  const [consents, grants, { applications }] = await Promise.all([
    models.Consent.find({ userId, status: { $exists: false } })
      .limit(MOST_CONSENTS)
      .lean(),
    models.oidc.Grant.find(
      { accountId: userId, expiresAt: { $gt: clock.now() } },
      {
        'payload.clientId': 1,
        'payload.organizationId': 1,
        'payload.iat': 1,
        'payload.openid': 1,
        'payload.resources': 1,
      },
    )
      .limit(MOST_GRANTS)
      .lean<Pick<OidcRecord, '_id' | 'payload'>[]>(),
    catalog.current(),
  ]);
  const rows = new Map<string, OwnAccess & { consented: boolean }>();
  for (const { applicationId, organizationId, scopes, createdAt } of consents) {
    const application = applications.get(applicationId);
    if (application && scopes.length)
      rows.set(keyOf(applicationId, organizationId), {
        application,
        organizationId,
        scopes,
        since: createdAt,
        consented: true,
      });
  }
  for (const { payload } of grants) {
    const { clientId, organizationId = null, iat } = payload as unknown as GrantPayload;
    const application = applications.get(clientId);
    const scopes = scopesOf(payload as unknown as GrantPayload);
    // This server's own pages, an application that was deleted, or a login whose consent was never given.
    if (!application || scopes.length === 0) continue;
    const since = new Date((iat ?? 0) * 1000);
    const key = keyOf(clientId, organizationId);
    const row = rows.get(key) ?? { application, organizationId, scopes: [], since, consented: false };
    rows.set(key, row);
    if (row.consented) continue;
    row.scopes = [...new Set([...row.scopes, ...scopes])];
    if (since < row.since) row.since = since;
  }
  return [...rows.values()].map(({ consented: _, ...row }) => row);
}

/** By this they are listed: by the application's name. */
export const orderOfAccess = ({ application, organizationId }: OwnAccess): string =>
  sortNameOf(application.name, keyOf(application._id, organizationId));

const keyOf = (applicationId: string, organizationId: string | null) => `${applicationId} ${organizationId ?? ''}`;

/** What a grant holds, as a consent would write it. */
function scopesOf({ openid, resources }: GrantPayload): string[] {
  const own = openid?.scope?.split(' ').filter(Boolean) ?? [];
  const ofApis = Object.entries(resources ?? {}).flatMap(([api, scope]) =>
    scope
      .split(' ')
      .filter(Boolean)
      .map((one) => (own.includes(one) ? consentTo.scope(one) : consentTo.permission(api, one))),
  );
  return [...new Set([...own.map(consentTo.scope), ...(openid?.claims ?? []).map(consentTo.claim), ...ofApis])];
}

/**
 * Takes back what an application may do in an organization, in every session and for offline use: at once it counts for nothing, and it has
 * to ask again. A first-party one doesn't ask, so that it gets access again when the person goes to it.
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function takeAccessBack(
  context: ServiceContext,
  actor: Actor,
  { applicationId, organizationId }: Omit<ConsentKey, 'userId'>,
): Promise<void> {
  const userId = ownerOf(actor);
  const { Consent, User, oidc } = context.models;
  const key = { userId, applicationId, organizationId };
  const filter = { accountId: userId, 'payload.clientId': applicationId, 'payload.organizationId': organizationId };
  // The consent first: what is begun meanwhile finds it gone, and leaves nothing behind (`oidc/grants.ts`).
  const consentId = await withdrawConsent(context, actor, key);
  if (!consentId) {
    if (!(await oidc.Grant.exists(filter))) throw notFound('This application has no access there.');
    const withdrawn = event(context, actor, 'consent.withdrawn', userId, {
      organizationId,
      after: { application: applicationId },
    });
    await User.updateOne({ _id: userId }, { $push: { pendingEvents: withdrawn } });
  }
  await endGrants(context, filter);
  if (consentId) await moveEventsOf(context, Consent, consentId);
}
