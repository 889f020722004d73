import { isDuplicateKey } from '../lib/errors.js';
import type { ClaimKind } from '../models/claim.js';
import type { ServiceContext } from './context.js';

/** A claim whose owner was never written is free again after this long: its writer has died. */
const ABANDONED_AFTER_MS = 60_000;

/**
 * Claims a value that must be unique everywhere, before the document that bears it is written.
 * @param exists whether the document of a present owner was written; asked only for a claim that is old enough.
 * @param expiresAt when the claim ends by itself; not given: it lasts.
 * @returns the owner: `owner` when the claim was won or is already its own, else whose it is.
 */
export async function claimName(
  context: ServiceContext,
  kind: ClaimKind,
  value: string,
  owner: string,
  exists: (owner: string) => Promise<boolean>,
  expiresAt?: Date,
): Promise<string> {
  const { models, clock } = context;
  const id = `${kind}:${value}`;
  const now = clock.now();
  try {
    await models.Claim.create({ _id: id, owner, createdAt: now, ...(expiresAt ? { expiresAt } : {}) });
    return owner;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const present = await models.Claim.findById(id).lean();
  if (!present) return claimName(context, kind, value, owner, exists, expiresAt);
  if (present.owner === owner) {
    // From an attempt before: young again, so that nobody takes it for abandoned before its document bears it.
    const renewed = await models.Claim.updateOne(
      { _id: id, owner, createdAt: present.createdAt },
      { $set: { createdAt: now } },
    );
    return renewed.matchedCount === 1 ? owner : claimName(context, kind, value, owner, exists, expiresAt);
  }
  const young = now.getTime() - present.createdAt.getTime() < ABANDONED_AFTER_MS;
  if (young || (await exists(present.owner))) return present.owner;
  const taken = await models.Claim.updateOne(
    { _id: id, owner: present.owner, createdAt: present.createdAt },
    { $set: { owner, createdAt: now } },
  );
  return taken.modifiedCount === 1 ? owner : claimName(context, kind, value, owner, exists, expiresAt);
}

/** Who holds a claim, or undefined. */
export function claimOwner({ reads }: ServiceContext, kind: ClaimKind, value: string): Promise<string | undefined> {
  return reads.claimOwner(`${kind}:${value}`);
}

/**
 * Gives a claim back after the document that it was for could not be written, or bears another value.
 * @param createdAt where the claim may be renewed meanwhile: only the one of then
 */
export async function releaseName(
  { models }: ServiceContext,
  kind: ClaimKind,
  value: string,
  owner: string,
  createdAt?: Date,
): Promise<void> {
  await models.Claim.deleteOne({ _id: `${kind}:${value}`, owner, ...(createdAt ? { createdAt } : {}) });
}
