/**
 * The first operator (R14): while `system` has no member, a link makes whoever uses it its first member and administrator. The link is
 * kept in the organization's own document, as a hash, so that using it up and founding the organization (R1) are one conditional update.
 */
import { type Actor, SYSTEM_ORGANIZATION } from '../access/can.js';
import { newSecret } from '../lib/ids.js';
import { hashSecret, secretMatches } from '../lib/secrets.js';
import type { Membership, Organization } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { findOrganization } from './create-organization.js';
import { insertMembership, settleMembership } from './join-organization.js';
import { PRESENT } from './reads.js';

/**
 * Makes a new link, which ends the earlier ones: of processes that start at the same moment the last to write has the one that works.
 * @returns `ISSUER/setup/SECRET`, or undefined where there is an operator already
 */
export async function newSetupUrl(context: ServiceContext, issuer: string): Promise<string | undefined> {
  const system = await healedSystem(context);
  const secret = newSecret();
  const { matchedCount } = await context.models.Organization.updateOne(
    { _id: system._id, founded: false },
    { $set: { setup: { secretHash: hashSecret(secret), createdAt: context.clock.now() } } },
  );
  return matchedCount === 1 ? `${issuer}/setup/${secret}` : undefined;
}

/** Whether a link's secret would still make an operator. */
export async function setupLinkWorks(context: ServiceContext, secret: string): Promise<boolean> {
  const system = await findOrganization(context, SYSTEM_ORGANIZATION);
  if (!system?.setup || system.founded) return false;
  return secretMatches(system.setup.secretHash, secret);
}

/**
 * Uses the link up: its user becomes the first member and administrator of `system`. Done again by the same person with the same link,
 * as after a crash in between, it completes what is missing.
 * @returns false for a link that is unknown, used or ended, and for a user who isn't active
 */
export async function useSetupLink(
  context: ServiceContext,
  actor: Actor,
  { secret, userId }: { secret: string; userId: string },
): Promise<boolean> {
  const { models, clock } = context;
  const system = await findOrganization(context, SYSTEM_ORGANIZATION);
  if (!system || !(await models.User.exists({ _id: userId, status: 'active' }))) return false;
  const secretHash = hashSecret(secret);
  const founded = event(context, actor, 'organization.founded', userId, { organizationId: system._id });
  const { modifiedCount } = await models.Organization.updateOne(
    { _id: system._id, founded: false, 'setup.secretHash': secretHash },
    {
      $set: { founded: true, 'setup.usedBy': userId, updatedAt: clock.now() },
      $push: { administrators: userId, pendingEvents: founded },
    },
  );
  if (modifiedCount !== 1) {
    const { setup } = (await models.Organization.findById(system._id).lean()) ?? {};
    if (setup?.secretHash !== secretHash || setup.usedBy !== userId) return false;
  }
  await settleMembership(context, await insertMembership(context, actor, system._id, userId));
  return true;
}

/** `system`, with what a crash interrupted completed: whoever is its administrator has a row, and each row its first roles. */
async function healedSystem(context: ServiceContext): Promise<Organization> {
  const { models } = context;
  const system = await findOrganization(context, SYSTEM_ORGANIZATION);
  if (!system) throw new Error('the organization system is missing');
  const rows: Membership[] = await models.Membership.find({ organizationId: system._id, ...PRESENT }).lean();
  const present = new Set(rows.map((row) => row.userId));
  for (const userId of system.administrators.filter((id) => !present.has(id)))
    rows.push(await insertMembership(context, { kind: 'system' }, system._id, userId));
  for (const row of rows) await settleMembership(context, row);
  return system;
}
