/**
 * One member's change: read, computed, and written only while the membership is what was read, so that of two who change it at once both
 * have their way, one after the other, and none is lost. The event goes with it.
 */

import type { Actor } from '../access/can.js';
import { type HeldRole, heldRoles } from '../access/effective-roles.js';
import { notFound, RollcallError, stale } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import { forgetReads } from '../lib/read-once.js';
import type { KnownGroup, Membership, Organization, Role } from '../models/index.js';
import type { MemberKey } from './administrators.js';
import { event, type ServiceContext } from './context.js';
import { settleMembership } from './join-organization.js';
import { PRESENT } from './reads.js';
import { type OrganizationVocabulary, vocabularyOf } from './vocabulary.js';
import type { MembershipWriter } from './write-memberships.js';

/** A member as they are, with what their roles and groups mean. */
export interface MemberState {
  organization: Organization;
  membership: Membership;
  vocabulary: OrganizationVocabulary;
  /** Among the administrators. */
  seat: boolean;
}

export interface MemberChange {
  action: string;
  set?: Partial<Membership>;
  unset?: (keyof Membership)[];
  /** Ids of the roles and groups that this changes, and `status`: what an undo looks at. */
  touched: string[];
  before?: unknown;
  after?: unknown;
}

export interface ChangeOptions {
  /** The event that this one is a part of. */
  parent?: string | undefined;
  /** The id that this change's event has to have, where others name it as their parent. */
  eventId?: string | undefined;
  /** Only while the membership has this revision (`If-Match`). */
  revision?: number | undefined;
  /** Only while this holds, asked of what the change is then computed on. Where it doesn't, nothing changes. */
  onlyIf?: ((state: MemberState) => Promise<boolean>) | undefined;
  /** Only says what would come of it: every check is made, and nothing is written. */
  dry?: boolean | undefined;
  /** An administrator's seat was given or taken as a part of this change already, and who did it died: the rest is written. */
  interrupted?: boolean | undefined;
  /** The member as just read: the change is computed on that, and read anew only where it isn't so any more. */
  state?: MemberState | undefined;
  /** Writes the change with those of other members. */
  writer?: MembershipWriter | undefined;
  /** Told of the change once it is written. */
  onChange?: ((change: MemberChange) => void) | undefined;
}

/** For what is done before the membership is written, which asks once more. @throws RollcallError `stale` */
export function requireRevision(membership: Pick<Membership, 'revision'>, { revision }: ChangeOptions): void {
  if (revision !== undefined && revision !== (membership.revision ?? 0)) throw stale();
}

const WITHOUT_EVENTS = { pendingEvents: 0 } as const;

/** @throws RollcallError `not_found` */
export async function memberState(
  context: ServiceContext,
  { organizationId, userId }: MemberKey,
): Promise<MemberState> {
  const [organization, found] = await context.reads.toChange(organizationId, userId);
  if (!organization || !found) throw notFound();
  if (!found.settled) {
    await settleMembership(context, found);
    return memberState(context, { organizationId, userId });
  }
  const vocabulary = await vocabularyOf(context, organization);
  return { organization, membership: found, vocabulary, seat: organization.administrators.includes(userId) };
}

/** What a member holds by now, with where it comes from. */
export const heldBy = (
  { clock }: Pick<ServiceContext, 'clock'>,
  { organization, membership, vocabulary }: Pick<MemberState, 'organization' | 'membership' | 'vocabulary'>,
): HeldRole<Role, KnownGroup>[] =>
  heldRoles({ userId: membership.userId, organization, membership }, vocabulary, clock.now());

/** How often a membership is read anew because somebody else changed it meanwhile. */
const ATTEMPTS = 50;

/**
 * @param compute what changes, or undefined for nothing; asked anew where somebody else was faster
 * @returns the member as they are then, and whether anything changed
 * @throws RollcallError `not_found`, `stale`, and what `compute` throws
 */
export async function changeMembership(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  compute: (state: MemberState) => MemberChange | undefined | Promise<MemberChange | undefined>,
  { parent, eventId = newId('evt'), revision, onlyIf, dry, onChange, state: known, writer }: ChangeOptions = {},
): Promise<{ membership: Membership; changed: boolean }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const state = (attempt === 0 && known) || (await memberState(context, key));
    const { membership } = state;
    requireRevision(membership, { revision });
    if (onlyIf && !(await onlyIf(state))) return { membership, changed: false };
    const change = await compute(state);
    if (!change) return { membership, changed: false };
    if (dry) return { membership, changed: true };
    const written = await write(context, actor, membership, change, { parent, eventId, writer });
    forgetReads();
    if (!written) continue;
    onChange?.(change);
    return { membership: written, changed: true };
  }
  throw new RollcallError('busy', 503, 'Somebody else is changing this member all the time. Try again in a moment.');
}

/** @returns the member as they are then; null where they have been changed meanwhile */
async function write(
  context: ServiceContext,
  actor: Actor,
  membership: Membership,
  change: MemberChange,
  { parent, eventId, writer }: { parent: string | undefined; eventId: string; writer: MembershipWriter | undefined },
): Promise<Membership | null> {
  const { _id, organizationId, userId, revision } = membership;
  const { action, set = {}, unset = [], touched, before, after } = change;
  const made = event(context, actor, action, userId, { organizationId, before, after, parent });
  const marks = Object.fromEntries(touched.map((id) => [`changed.${id}`, eventId]));
  const filter = { _id, revision: revision ?? null, ...PRESENT };
  const update = {
    $set: { ...set, ...marks, updatedAt: context.clock.now() },
    ...(unset.length ? { $unset: Object.fromEntries(unset.map((name) => [name, 1])) } : {}),
    $inc: { revision: 1 },
    $push: { pendingEvents: { ...made, id: eventId } },
  };
  if (writer) return (await writer({ id: _id, eventId, filter, update })) ? changed(membership, change) : null;
  return (await context.models.Membership.findOneAndUpdate(filter, update, {
    returnDocument: 'after',
    lean: true,
    projection: WITHOUT_EVENTS,
  })) as Membership | null;
}

function changed(membership: Membership, { set = {}, unset = [] }: MemberChange): Membership {
  const now: Membership = { ...membership, ...set, revision: (membership.revision ?? 0) + 1 };
  for (const name of unset) delete now[name];
  return now;
}
