/** What a service refuses, and what goes wrong, in a page's words. */
import { RollcallError } from '../lib/errors.js';
import { type Message, message } from '../texts/message.js';

type Words = (details: Record<string, unknown>) => Message;

/**
 * By the error's code; the words of an error itself are English and for programs. `test/unit/pages/refusals.test.ts` finds a code that
 * a page can meet and that has none here.
 */
const WORDS: Readonly<Record<string, Words>> = {
  last_administrator: ({ name }) =>
    typeof name === 'string'
      ? message('refused-last-administrator-of', { name })
      : message('refused-last-administrator'),
  too_many_administrators: () => message('refused-too-many-administrators'),
  stale: () => message('refused-stale'),
  forbidden: ({ of }) => (of === 'organizations' ? message('refused-organizations') : message('refused-forbidden')),
  invalid: () => message('refused-invalid'),
  not_active: () => message('refused-not-active'),
  single_role_mode: () => message('refused-single-role'),
  role_mode: () => message('refused-role-mode'),
  already_member: () => message('refused-already-member'),
  built_in: () => message('refused-built-in'),
  instance_wide: () => message('role-fixed-instance'),
  role_in_use: () => message('fault-role-in-use'),
  role_taken: () => message('refused-role-taken'),
  too_many_roles: () => message('refused-too-many-roles'),
  group_taken: () => message('group-name-taken'),
  too_many_groups: () => message('refused-too-many-groups'),
  email_taken: () => message('fault-email-taken'),
  email_in_progress: () => message('fault-email-in-progress'),
  slug_taken: () => message('refused-slug-taken'),
  preview_expired: () => message('refused-preview-expired'),
  bulk_cancelled: () => message('refused-bulk-cancelled'),
  bulk_ended: () => message('refused-bulk-ended'),
  bulk_running: () => message('refused-bulk-running'),
  not_previewed: () => message('refused-not-previewed'),
  not_applied: () => message('refused-not-applied'),
  filter_gone: () => message('refused-filter-gone'),
  too_many_members: () => message('refused-too-many-members'),
  too_many_requests: ({ of }) => TOO_MANY[String(of)] ?? message('refused-too-often'),
  upgrading: () => message('refused-upgrading'),
  not_a_member: () => message('refused-not-a-member'),
  not_in_filter: () => message('refused-not-in-filter'),
  changed_since: () => message('refused-changed-since'),
  cancelled: () => message('refused-cancelled'),
  busy: () => message('refused-busy'),
  unavailable: () => message('refused-unavailable'),
  temporarily_unavailable: () => message('refused-unavailable'),
  server_error: () => message('refused-server-error'),
  csrf: () => message('refused-csrf'),
  bad_request: () => message('refused-form'),
  too_large: () => message('refused-form-large'),
  misdirected_request: () => message('refused-misdirected'),
  already_invited: () => message('invitation-already-invited'),
  invitation_answered: () => message('refused-invitation-answered'),
  too_many_mails: ({ reason }) =>
    reason === 'resend'
      ? message('refused-too-many-resends')
      : reason === 'address'
        ? message('refused-too-many-to-address')
        : message('refused-too-many-mails'),
  too_many_domains: () => message('refused-too-many-domains'),
  too_many_invitations: () => message('refused-too-many-invitations'),
  membership_suspended: () => message('refused-membership-suspended'),
};

/** Of what there was too much, where the error says so. */
const TOO_MANY: Readonly<Record<string, Message>> = {
  bulk_operations: message('refused-too-many-bulk'),
  links: message('refused-too-many-links'),
  accounts: message('refused-too-many-accounts'),
};

/** What an error says on a page. @returns undefined for a code that has no words */
export function errorWords({ code, details }: Pick<RollcallError, 'code' | 'details'>): Message | undefined {
  const [first] = details;
  return WORDS[code]?.((first ?? {}) as Record<string, unknown>);
}

/** Why one of many was left as they are: by the code that was kept, else in the words that were. */
export const refusedAs = ({ code, message: own }: { code: string; message: string }): Message | string =>
  errorWords({ code, details: [] }) ?? own;

/** @throws whatever it is given that no service has refused */
export function refusal(error: unknown): Message | string {
  if (!(error instanceof RollcallError) || error.status < 400 || error.status >= 500 || error.status === 404)
    throw error;
  return errorWords(error) ?? error.message;
}
