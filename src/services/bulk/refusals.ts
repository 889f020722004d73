import { conflict, isStoreAway, RollcallError } from '../../lib/errors.js';

/** An operation that somebody has called off. */
export const cancelled = () => conflict('bulk_cancelled', 'This operation was cancelled. Preview it again.');

/** Why a member was left as they are. */
export interface Refusal {
  code: string;
  message: string;
}

export const NOT_A_MEMBER: Refusal = {
  code: 'not_a_member',
  message: 'There is no such member here, or not any more.',
};
export const NOT_IN_FILTER: Refusal = {
  code: 'not_in_filter',
  message: 'The filter doesn’t describe this member any more.',
};
export const CHANGED_SINCE: Refusal = {
  code: 'changed_since',
  message: 'Somebody has changed this since, and it stays as they left it.',
};

/**
 * A refusal in the words of the use case that refused.
 * @throws what was no refusal
 */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof RollcallError) || isStoreAway(error) || error.code === 'unavailable') throw error;
  return error.code === 'not_found' ? NOT_A_MEMBER : { code: error.code, message: error.message };
}
