/**
 * A domain becomes an organization's: the claim on its name decides, and the document follows. Who dies in between leaves a claim that is
 * free again after a minute; who comes so late that somebody else has taken it steps back.
 */
import type { Actor } from '../../access/can.js';
import { shownDomain } from '../../lib/domain-name.js';
import { conflict, notFound } from '../../lib/errors.js';
import type { Domain } from '../../models/index.js';
import { claimName, claimOwner, releaseName } from '../claim-name.js';
import { event, type ServiceContext } from '../context.js';
import { requirePermission } from '../require.js';

type VerifiedBy = NonNullable<Domain['verifiedBy']>;

const taken = (name: string) =>
  conflict('domain_taken', `${shownDomain(name)} belongs to another organization on this server.`);

/**
 * An operator's word, for where no record can be made.
 * @throws RollcallError `domain_taken`, `not_found`, `forbidden`
 */
export async function markDomainVerified(context: ServiceContext, actor: Actor, domain: Domain): Promise<Domain> {
  requirePermission(actor, 'instance:organizations');
  return takeDomain(context, actor, domain, 'operator');
}

/**
 * Makes a domain the organization's. One that is already stays as it is.
 * @throws RollcallError `domain_taken`; `not_found` where it was removed meanwhile
 */
export async function takeDomain(
  context: ServiceContext,
  actor: Actor,
  { _id, name, organizationId }: Domain,
  verifiedBy: VerifiedBy,
): Promise<Domain> {
  const { models, clock } = context;
  const isWritten = async (id: string) => (await models.Domain.exists({ _id: id, status: 'verified' })) !== null;
  if ((await claimName(context, 'domain', name, _id, isWritten)) !== _id) throw taken(name);
  const now = clock.now();
  const verified = event(context, actor, 'domain.verified', shownDomain(name), {
    organizationId,
    after: { verifiedBy },
  });
  const written = await models.Domain.findOneAndUpdate(
    { _id, status: 'pending' },
    { $set: { status: 'verified', verifiedAt: now, verifiedBy, updatedAt: now }, $push: { pendingEvents: verified } },
    { returnDocument: 'after', lean: true },
  );
  if (!written) {
    const present = await models.Domain.findOne({ _id, status: 'verified' }).lean();
    if (present) return present;
    await releaseName(context, 'domain', name, _id);
    throw notFound();
  }
  if ((await claimOwner(context, 'domain', name)) === _id) return written as Domain;
  await stepBack(context, written as Domain);
  throw taken(name);
}

/** The claim was given up for dead before the document bore it, and is another's, or the domain was removed. */
async function stepBack(context: ServiceContext, { _id, name, organizationId }: Domain): Promise<void> {
  const { models, clock } = context;
  const lost = event(context, { kind: 'system' }, 'domain.lost', shownDomain(name), { organizationId });
  await models.Domain.updateOne(
    { _id, status: 'verified' },
    {
      $set: { status: 'pending', updatedAt: clock.now() },
      $unset: { verifiedAt: 1, verifiedBy: 1 },
      $push: { pendingEvents: lost },
    },
  );
}
