import { type Actor, themselves } from '../access/can.js';
import { digest } from '../lib/ids.js';
import { event, type ServiceContext } from './context.js';

/** Whom a consent is about: one user, one application, one organization (or none). */
export interface ConsentKey {
  userId: string;
  applicationId: string;
  organizationId: string | null;
}

/**
 * How what was allowed is written down. The permissions of an API bear its identifier: another API may have one of the same key, and
 * means something else by it.
 */
export const consentTo = {
  scope: (scope: string) => scope,
  permission: (api: string, key: string) => `${api} ${key}`,
  claim: (name: string) => `claims ${name}`,
};

const idOf = (key: ConsentKey) => digest(key.userId, key.applicationId, key.organizationId ?? '');

/** What a user has allowed an application in an organization, as `consentTo` writes it. */
export async function consentedScopes({ models }: ServiceContext, key: ConsentKey): Promise<ReadonlySet<string>> {
  const consent = await models.Consent.findById(idOf(key)).lean();
  return new Set(consent?.scopes ?? []);
}

/** Adds to what is allowed. */
export async function allowScopes(context: ServiceContext, key: ConsentKey, scopes: readonly string[]): Promise<void> {
  const { models, clock } = context;
  const now = clock.now();
  const { userId, applicationId, organizationId } = key;
  const given = event(context, themselves(userId), 'consent.given', userId, {
    organizationId,
    after: { application: applicationId, scopes },
  });
  await models.Consent.updateOne(
    { _id: idOf(key) },
    {
      $setOnInsert: { ...key, createdAt: now },
      $set: { updatedAt: now },
      // One that was taken back a moment ago begins again.
      $unset: { status: 1 },
      $addToSet: { scopes: { $each: [...scopes] } },
      $push: { pendingEvents: given },
    },
    { upsert: true },
  );
}

/**
 * Takes back what was allowed. The row holds nothing from then on, and goes when its event has moved to the log.
 * @returns its id; undefined where nothing was allowed
 */
export async function withdrawConsent(
  context: ServiceContext,
  actor: Actor,
  key: ConsentKey,
): Promise<string | undefined> {
  const { models, clock } = context;
  const withdrawn = event(context, actor, 'consent.withdrawn', key.userId, {
    organizationId: key.organizationId,
    after: { application: key.applicationId },
  });
  const { matchedCount } = await models.Consent.updateOne(
    { _id: idOf(key), status: { $exists: false } },
    { $set: { status: 'removed', scopes: [], updatedAt: clock.now() }, $push: { pendingEvents: withdrawn } },
  );
  return matchedCount === 1 ? idOf(key) : undefined;
}
