import type { Actor } from '../access/can.js';
import { RollcallError } from '../lib/errors.js';
import type { Organization, User } from '../models/index.js';
import type { Assignment, GroupMembership, MembershipStatus } from '../models/membership.js';
import { addMember, requireGivable, requireMayAdd } from './add-member.js';
import { changeMember } from './change-member.js';
import { setMemberGroups } from './change-member-group.js';
import { setUserStatus } from './change-user-status.js';
import type { ServiceContext } from './context.js';
import { createUser, type NewUser } from './create-user.js';
import { requirePermission } from './require.js';
import { requireFuture, requireMayGive } from './rules-of-roles.js';
import { vocabularyOf } from './vocabulary.js';

/** A membership of a new user, by ids that the caller has resolved. */
export interface NewMembership {
  organization: Organization;
  status?: MembershipStatus | undefined;
  /** Absent: what R1 says. */
  roles?: Assignment[] | undefined;
  groups?: GroupMembership[] | undefined;
  defaultRole?: string | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface AddedUser extends NewUser {
  status?: 'active' | 'disabled' | undefined;
  memberships?: readonly NewMembership[] | undefined;
}

/**
 * Makes an account and its memberships, for operators and machines. What would refuse a membership is asked before anything is written;
 * where one is refused all the same, by what changed meanwhile, the error's details name the user that is there by then.
 * @throws RollcallError `email_taken`, `email_in_progress`, `invalid`, `single_role_mode`, `forbidden`, `not_found`
 */
export async function addUser(
  context: ServiceContext,
  actor: Actor,
  { status = 'active', memberships = [], ...input }: AddedUser,
): Promise<User> {
  requirePermission(actor, 'instance:users');
  for (const one of memberships) await requirePossible(context, actor, one);
  const user = await createUser(context, actor, input);
  try {
    for (const one of memberships) await join(context, actor, user, one);
    if (status === 'disabled') await setUserStatus(context, actor, { userId: user._id, status });
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    const details = [...error.details, { userId: user._id, email: user.email }];
    throw new RollcallError(error.code, error.status, error.message, { cause: error.cause, details });
  }
  return user;
}

async function requirePossible(
  context: ServiceContext,
  actor: Actor,
  { organization, roles, groups = [] }: NewMembership,
): Promise<void> {
  requireMayAdd(context, actor, organization);
  if (roles) await requireGivable(context, actor, organization, roles);
  requireFuture(context, groups);
  const vocabulary = await vocabularyOf(context, organization);
  const lent = groups.flatMap(({ groupId }) => vocabulary.group(groupId)?.roles ?? []);
  requireMayGive(actor, organization._id, vocabulary, lent);
}

async function join(
  context: ServiceContext,
  actor: Actor,
  { _id: userId }: User,
  { organization, status, roles, groups, defaultRole, metadata }: NewMembership,
): Promise<void> {
  const key = { organizationId: organization._id, userId };
  await addMember(context, actor, { organization, userId, roles });
  if (groups?.length) await setMemberGroups(context, actor, { ...key, groups });
  if (defaultRole || metadata) await changeMember(context, actor, key, { defaultRole, metadata });
  if (status === 'suspended') await changeMember(context, actor, key, { status });
}
