import type { Actor } from '../../access/can.js';
import { lastAdministrator, tooManyAdministrators } from '../../lib/errors.js';
import type { BulkItem } from '../../models/bulk-item.js';
import type { BulkOperation } from '../../models/bulk-operation.js';
import { MOST_ADMINISTRATORS } from '../../models/organization.js';
import { ADMIN_ROLE_ID } from '../../models/role.js';
import { type MemberState, memberState } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import { isSingle } from '../rules-of-roles.js';
import { ACTIONS, markOf } from './actions.js';
import { NOT_A_MEMBER, NOT_IN_FILTER, type Refusal, refusalOf } from './refusals.js';
import { type Chosen, matches } from './select.js';

/** What a preview says of a member. */
export type Foreseen = Pick<
  BulkItem,
  'reference' | 'userId' | 'membershipId' | 'memberSince' | 'result' | 'code' | 'message' | 'seen'
>;

/** What the use case said of somebody. */
interface Asked {
  /** Absent: they are no member. */
  state?: MemberState;
  changes?: boolean;
  refusal?: Refusal;
}

/** What would become of members: each use case is asked without writing, and who would be administrator then is kept count of (R2). */
export class Foresight {
  readonly #administrators: Set<string>;

  constructor(
    private readonly context: ServiceContext,
    private readonly actor: Actor,
    private readonly operation: BulkOperation,
    administrators: readonly string[],
  ) {
    this.#administrators = new Set(administrators);
  }

  /** @returns one for each, in that order */
  async of(chosen: readonly Chosen[]): Promise<Foreseen[]> {
    const asked = await Promise.all(chosen.map((one) => this.#ask(one)));
    return asked.map((one, index) => this.#foreseen(chosen[index] as Chosen, one));
  }

  async #ask(chosen: Chosen): Promise<Asked> {
    const { organizationId, action, filter } = this.operation;
    if (!('userId' in chosen)) return { refusal: NOT_A_MEMBER };
    const key = { organizationId, userId: chosen.userId };
    let state: MemberState | undefined;
    try {
      state = await memberState(this.context, key);
      if (filter && !(await matches(this.context, filter, state))) return { state, refusal: NOT_IN_FILTER };
      const options = { dry: true };
      return { state, changes: await ACTIONS[action.kind].perform(this.context, this.actor, key, action, options) };
    } catch (error) {
      return { ...(state ? { state } : {}), refusal: refusalOf(error) };
    }
  }

  #foreseen(chosen: Chosen, { state, changes, refusal }: Asked): Foreseen {
    const who = state
      ? { userId: state.membership.userId, membershipId: state.membership._id, memberSince: state.membership.createdAt }
      : // Of somebody who isn't here nothing is kept but what was given.
        { reference: chosen.reference ?? ('userId' in chosen ? chosen.userId : '') };
    const seen = state?.membership.changed?.[markOf(this.operation.action)] ?? null;
    const refused = refusal ?? (changes && state ? this.#seat(state) : undefined);
    if (refused) return { ...who, seen, result: 'refused', code: refused.code, message: refused.message };
    return { ...who, seen, result: changes ? 'to_change' : 'already' };
  }

  /** Gives or takes the seat that this change would, or says why it can't be. */
  #seat(state: MemberState): Refusal | undefined {
    const { userId } = state.membership;
    const { kind, roleId, until } = this.operation.action;
    const givesSeat =
      (kind === 'give_role' && roleId === ADMIN_ROLE_ID && !until) ||
      (kind === 'reactivate' && state.membership.wasAdministrator === true);
    const takesSeat =
      this.#administrators.has(userId) &&
      (kind === 'suspend' ||
        (kind === 'take_role' && roleId === ADMIN_ROLE_ID) ||
        (kind === 'give_role' && !givesSeat && (roleId === ADMIN_ROLE_ID || isSingle(state.organization))));
    if (givesSeat && !this.#administrators.has(userId)) {
      if (this.#administrators.size >= MOST_ADMINISTRATORS) return refusalOf(tooManyAdministrators());
      this.#administrators.add(userId);
    }
    if (!takesSeat) return undefined;
    if (this.#administrators.size === 1) return refusalOf(lastAdministrator());
    this.#administrators.delete(userId);
    return undefined;
  }
}
