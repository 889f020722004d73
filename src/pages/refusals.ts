/** What a service refuses, in a page's words. */
import { RollcallError } from '../lib/errors.js';
import { type Message, message } from '../texts/message.js';

/** By the error's code; what is missing here is said in the error's own words. */
const WORDS: Readonly<Record<string, (details: Record<string, unknown>) => Message>> = {
  last_administrator: ({ name }) =>
    typeof name === 'string'
      ? message('refused-last-administrator-of', { name })
      : message('refused-last-administrator'),
  too_many_administrators: () => message('refused-too-many-administrators'),
  stale: () => message('refused-stale'),
  forbidden: () => message('refused-forbidden'),
  not_active: () => message('refused-not-active'),
  single_role_mode: () => message('refused-single-role'),
  preview_expired: () => message('refused-preview-expired'),
  bulk_cancelled: () => message('refused-bulk-cancelled'),
  bulk_ended: () => message('refused-bulk-ended'),
  bulk_running: () => message('refused-bulk-running'),
  not_previewed: () => message('refused-not-previewed'),
  not_applied: () => message('refused-not-applied'),
  filter_gone: () => message('refused-filter-gone'),
  too_many_members: () => message('refused-too-many-members'),
  too_many_requests: () => message('refused-too-many-bulk'),
  upgrading: () => message('refused-upgrading'),
  not_a_member: () => message('refused-not-a-member'),
  not_in_filter: () => message('refused-not-in-filter'),
  changed_since: () => message('refused-changed-since'),
  cancelled: () => message('refused-cancelled'),
  already_member: () => message('invitation-already-member'),
  already_invited: () => message('invitation-already-invited'),
  invitation_answered: () => message('refused-invitation-answered'),
  too_many_mails: ({ reason }) =>
    reason === 'resend'
      ? message('refused-too-many-resends')
      : reason === 'address'
        ? message('refused-too-many-to-address')
        : message('refused-too-many-mails'),
  too_many_invitations: () => message('refused-too-many-invitations'),
  membership_suspended: () => message('refused-membership-suspended'),
};

/** Why one of many was left as they are: by the code that was kept, else in the words that were. */
export const refusedAs = ({ code, message: own }: { code: string; message: string }): Message | string =>
  WORDS[code]?.({}) ?? own;

/** @throws whatever it is given that no service has refused */
export function refusal(error: unknown): Message | string {
  if (!(error instanceof RollcallError) || error.status < 400 || error.status >= 500 || error.status === 404)
    throw error;
  const [details] = error.details;
  return WORDS[error.code]?.((details ?? {}) as Record<string, unknown>) ?? error.message;
}
