/** Inviting many people by a list: first what is wrong in which line, then those in whose line nothing is. */
import { type Actor, managementOf, mayGive } from '../../access/can.js';
import { liveRole } from '../../access/effective-roles.js';
import { isEmailAddress } from '../../lib/email-address.js';
import { RollcallError } from '../../lib/errors.js';
import type { KnownGroup, Organization, Role } from '../../models/index.js';
import { nameKey } from '../change-group.js';
import type { ServiceContext } from '../context.js';
import { normalizeEmail } from '../create-user.js';
import { PRESENT } from '../reads.js';
import { requirePermission } from '../require.js';
import { isSingle } from '../rules-of-roles.js';
import { rolesHere, vocabularyOf } from '../vocabulary.js';
import { type Gift, MOST_GIVEN } from './givable.js';
import { type Invite, invite, MESSAGE_MAX, type NewInvitation } from './invite.js';
import { type ListLine, readList } from './read-list.js';

/** What can be wrong with a line, and with what in it. */
export interface LineFault {
  reason:
    | 'email-missing'
    | 'email-malformed'
    | 'twice'
    | 'already-member'
    | 'already-invited'
    | 'role-unknown'
    | 'role-forbidden'
    | 'group-unknown'
    | 'group-forbidden'
    | 'single-role'
    | 'message-long'
    | 'too-many';
  /** As typed, or the line with which it is the same. */
  what?: string | number;
}

/** A line, with what it comes to. */
export interface PreviewedLine extends Gift {
  line: number;
  email: string;
  message: string;
  fault: LineFault | null;
}

/** What is given to whoever the list says nothing else about, how long all of it holds and where it leads. */
export type ForAll = Gift & Pick<NewInvitation, 'message' | 'expiresAt' | 'language' | 'applicationId'>;

export interface Listed {
  organization: Organization;
  /** As it was pasted. */
  list: string;
  forAll: ForAll;
}

/**
 * Reads a list and says what would come of it; nothing is written.
 * @throws RollcallError `invalid` as `readList`; `not_found`, `forbidden`
 */
export async function previewInvitations(
  context: ServiceContext,
  actor: Actor,
  { organization, list, forAll }: Listed,
): Promise<PreviewedLine[]> {
  requirePermission(actor, 'invitations:write', organization._id);
  const lines = await readList(list);
  const judge = await judgeOf(context, actor, organization, lines);
  return lines.map((line) => judge(line, forAll));
}

/** What came of a list. */
export interface Sent {
  invited: number;
  /** Whom it came to nothing for meanwhile, and why: what refused the first. */
  refused: { email: string; error: RollcallError }[];
}

/** Lines that are worked on at once. */
const AT_ONCE = 8;

/**
 * Invites those of a list in whose line nothing is wrong.
 * @throws RollcallError as `previewInvitations`
 */
export async function inviteMany(
  context: ServiceContext,
  actor: Actor,
  { issuer, ...listed }: Listed & Pick<Invite, 'issuer'>,
): Promise<Sent> {
  const { organization, forAll } = listed;
  const good = (await previewInvitations(context, actor, listed)).filter(({ fault }) => !fault);
  const sent: Sent = { invited: 0, refused: [] };
  const one = async ({ email, roleIds, groupIds, message }: PreviewedLine) => {
    const { expiresAt, language, applicationId } = forAll;
    try {
      await invite(
        context,
        actor,
        { organization, issuer },
        { email, roleIds, groupIds, message, expiresAt, language, applicationId },
      );
      sent.invited += 1;
    } catch (error) {
      if (!(error instanceof RollcallError) || error.status >= 500) throw error;
      sent.refused.push({ email, error });
    }
  };
  for (let at = 0; at < good.length; at += AT_ONCE) await Promise.all(good.slice(at, at + AT_ONCE).map(one));
  return sent;
}

/** Judges lines, with what is read for all of them at once. */
async function judgeOf(context: ServiceContext, actor: Actor, organization: Organization, lines: readonly ListLine[]) {
  const { models, clock, catalog } = context;
  const { _id: organizationId } = organization;
  const addresses = [...new Set(lines.map(({ email }) => normalizeEmail(email)))];
  const among = { organizationId, email: { $in: addresses } };
  const [snapshot, vocabulary, members, open] = await Promise.all([
    catalog.current(),
    vocabularyOf(context, organization),
    models.Membership.find({ ...among, ...PRESENT }, { email: 1 }).lean(),
    models.Invitation.find({ ...among, open: true, expiresAt: { $gt: clock.now() } }, { email: 1 }).lean(),
  ]);
  const [isMember, isInvited] = [members, open].map((rows) => new Set(rows.map(({ email }) => email))) as [
    Set<string | undefined>,
    Set<string | undefined>,
  ];
  const roles = rolesHere(snapshot, vocabulary);
  const may = (role: Role | undefined) => !role || mayGive(actor, managementOf(role), { organizationId });
  const roleNamed = (name: string) =>
    roles.find(({ key }) => key === name.toLowerCase()) ??
    roles.find((role) => role.name.toLowerCase() === name.toLowerCase());
  const groups = new Map<string, KnownGroup>([...vocabulary.groups.values()].map((one) => [one.nameKey, one]));
  const firstOf = new Map<string, number>();

  return function judge(typed: ListLine, forAll: ForAll): PreviewedLine {
    const email = normalizeEmail(typed.email);
    const namedRoles = typed.roles.map((name) => ({ name, found: roleNamed(name) }));
    const namedGroups = typed.groups.map((name) => ({ name, found: groups.get(nameKey(name)) }));
    const roleIds = namedRoles.length ? namedRoles.flatMap(({ found }) => found?._id ?? []) : forAll.roleIds;
    const groupIds = namedGroups.length ? namedGroups.flatMap(({ found }) => found?._id ?? []) : forAll.groupIds;
    const message = typed.message || (forAll.message ?? '');
    const twice = firstOf.get(email);
    if (twice === undefined) firstOf.set(email, typed.line);
    const givable = (group: KnownGroup) => group.roles.every((id) => may(liveRole(id, vocabulary.role)));
    const unknownRole = namedRoles.find(({ found }) => !found);
    const forbiddenRole = namedRoles.find(({ found }) => !may(found));
    const unknownGroup = namedGroups.find(({ found }) => !found);
    const forbiddenGroup = namedGroups.find(({ found }) => found && !givable(found));
    const faults: [boolean, LineFault][] = [
      [!email, { reason: 'email-missing' }],
      [!isEmailAddress(email), { reason: 'email-malformed' }],
      [twice !== undefined, { reason: 'twice', what: twice ?? 0 }],
      [isMember.has(email), { reason: 'already-member' }],
      [isInvited.has(email), { reason: 'already-invited' }],
      [unknownRole !== undefined, { reason: 'role-unknown', what: unknownRole?.name ?? '' }],
      [forbiddenRole !== undefined, { reason: 'role-forbidden', what: forbiddenRole?.name ?? '' }],
      [unknownGroup !== undefined, { reason: 'group-unknown', what: unknownGroup?.name ?? '' }],
      [forbiddenGroup !== undefined, { reason: 'group-forbidden', what: forbiddenGroup?.name ?? '' }],
      [isSingle(organization) && roleIds.length > 1, { reason: 'single-role' }],
      [[...message].length > MESSAGE_MAX, { reason: 'message-long' }],
      [roleIds.length > MOST_GIVEN || groupIds.length > MOST_GIVEN, { reason: 'too-many' }],
    ];
    const fault = faults.find(([wrong]) => wrong)?.[1] ?? null;
    return { line: typed.line, email: email || typed.email, roleIds, groupIds, message, fault };
  };
}
