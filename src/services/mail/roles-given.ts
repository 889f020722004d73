/** Tells people which roles they were given, an hour's in one mail: what they still hold when it is sent. */
import type { User } from '../../models/index.js';
import { heldBy } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import type { DeliveryKind } from '../deliveries/index.js';
import { vocabularyOf } from '../vocabulary.js';
import { sendMail } from './index.js';
import { languageOfUser } from './language-of-user.js';
import { ROLES_GIVEN_QUEUE, type RolesNote } from './note-roles-given.js';

const MINUTE = 60_000;
/** More than these are counted, not named. */
const MOST_ORGANIZATIONS = 20;

export const ROLES_GIVEN: DeliveryKind<RolesNote> = {
  name: ROLES_GIVEN_QUEUE,
  lease: MINUTE,
  maxAge: 24 * 60 * MINUTE,
  backoff: { first: 5000, most: 5 * MINUTE },
  parallel: 2,
  perTarget: 2,
  target: () => ROLES_GIVEN_QUEUE,
  describe: () => ({}),
};

/**
 * Queues the mail of one person and hour; none where nothing of it is held any more, or the person doesn't want it. Nor where they haven't
 * proved their address: names that others have chosen don't go to somebody who may be a stranger.
 */
export async function tellRolesGiven(context: ServiceContext, { id, userId, given }: RolesNote): Promise<void> {
  const user = await context.models.User.findById(userId).lean();
  if (user?.status !== 'active' || !user.emailVerified || user.notices?.rolesGiven === false) return;
  const byOrganization = new Map<string, Set<string>>();
  for (const one of given) {
    const [organizationId = '', what = ''] = one.split(' ');
    byOrganization.set(organizationId, (byOrganization.get(organizationId) ?? new Set()).add(what));
  }
  const organizations: { name: string; roles: string[] }[] = [];
  for (const [organizationId, what] of byOrganization) {
    const told = await stillHeld(context, user, organizationId, what);
    if (told.roles.length) organizations.push(told);
  }
  if (!organizations.length) return;
  await sendMail(context, {
    kind: 'roles-given',
    to: user.email,
    language: languageOfUser(user),
    about: {
      organizations: organizations.slice(0, MOST_ORGANIZATIONS),
      more: Math.max(0, organizations.length - MOST_ORGANIZATIONS),
    },
    id: `${ROLES_GIVEN_QUEUE} ${id}`,
  });
}

/** The names of the roles that are held by now by one of these assignments. @param what ids of roles and groups */
async function stillHeld(
  context: ServiceContext,
  { _id: userId }: Pick<User, '_id'>,
  organizationId: string,
  what: ReadonlySet<string>,
): Promise<{ name: string; roles: string[] }> {
  const { models } = context;
  const [organization, membership] = await Promise.all([
    models.Organization.findById(organizationId).lean(),
    models.Membership.findOne({ organizationId, userId, status: 'active' }).lean(),
  ]);
  if (!organization || !membership || organization.status !== 'active') return { name: '', roles: [] };
  const vocabulary = await vocabularyOf(context, organization);
  const held = heldBy(context, { organization, membership, vocabulary }).filter(
    ({ role, direct, groups }) => (direct && what.has(role._id)) || groups.some(({ group }) => what.has(group._id)),
  );
  return { name: organization.name, roles: held.map(({ role }) => role.name) };
}
