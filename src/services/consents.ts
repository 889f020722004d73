import { digest } from '../lib/ids.js';
import type { ServiceContext } from './context.js';

/** Whom a consent is about: one user, one application, one organization (or none). */
export interface ConsentKey {
  userId: string;
  applicationId: string;
  organizationId: string | null;
}

const idOf = (key: ConsentKey) => digest(key.userId, key.applicationId, key.organizationId ?? '');

/** The scopes that a user has allowed an application in an organization. */
export async function consentedScopes({ models }: ServiceContext, key: ConsentKey): Promise<ReadonlySet<string>> {
  const consent = await models.Consent.findById(idOf(key)).lean();
  return new Set(consent?.scopes ?? []);
}

/** Adds scopes to what is allowed. */
export async function allowScopes(
  { models, clock }: ServiceContext,
  key: ConsentKey,
  scopes: readonly string[],
): Promise<void> {
  const now = clock.now();
  await models.Consent.updateOne(
    { _id: idOf(key) },
    {
      $setOnInsert: { ...key, createdAt: now },
      $set: { updatedAt: now },
      $addToSet: { scopes: { $each: [...scopes] } },
    },
    { upsert: true },
  );
}
