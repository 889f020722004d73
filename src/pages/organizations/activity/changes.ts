/** What an event says was there before, and is there since, property by property. */
import type { BulkResult } from '../../../models/bulk-operation.js';
import type { AuditEvent } from '../../../models/index.js';
import { type Message, message } from '../../../texts/message.js';
import type { ChangeView, ShownValue } from '../../view/activity-views.js';
import { membersOf } from '../../view/sentences/told.js';
import { resultLabel } from '../bulk/results.js';

/** What people have a word for; the rest is named as it is stored. */
const FIELDS: Readonly<Record<string, Message>> = {
  name: message('field-of-name'),
  email: message('field-of-email'),
  description: message('field-of-description'),
  roles: message('field-of-roles'),
  role: message('field-of-role'),
  groups: message('field-of-groups'),
  group: message('field-of-group'),
  until: message('field-of-until'),
  status: message('field-of-status'),
  permissions: message('field-of-permissions'),
  joinPolicy: message('field-of-join-policy'),
  joinRequests: message('field-of-join-requests'),
  verifiedBy: message('field-of-verified-by'),
  roleMode: message('field-of-role-mode'),
  defaultRoles: message('field-of-default-roles'),
  defaultRole: message('field-of-default-role'),
  revokeOnDowngrade: message('field-of-revoke'),
  picture: message('field-of-picture'),
  color: message('field-of-color'),
  application: message('field-of-application'),
  members: message('field-of-members'),
  replacement: message('field-of-replacement'),
  kind: message('field-of-kind'),
  foreseen: message('field-of-foreseen'),
};

/** What of a property's values people have words for. */
const VALUES: Readonly<Record<string, Readonly<Record<string, Message>>>> = {
  status: {
    active: message('status-active'),
    suspended: message('status-suspended'),
    disabled: message('status-disabled'),
  },
  joinPolicy: { invite: message('settings-invite'), open: message('settings-open') },
  roleMode: { single: message('settings-single'), multiple: message('settings-multiple') },
  kind: {
    give_role: message('bulk-give-role'),
    take_role: message('bulk-take-role'),
    add_to_group: message('add-to-group'),
    remove_from_group: message('bulk-remove-from-group'),
    suspend: message('suspend'),
    reactivate: message('reactivate'),
  },
};

export function changesIn(event: Pick<AuditEvent, 'before' | 'after'>): ChangeView[] {
  const [before, after] = [membersOf(event.before), membersOf(event.after)];
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  // What has a name there needs no id beside it.
  for (const named of ['role', 'group']) if (fields.has(named)) fields.delete(`${named}Id`);
  return [...fields].map((field) => ({
    field: Object.hasOwn(FIELDS, field) ? { label: FIELDS[field] as Message } : { code: field },
    before: field in before ? shown(before[field], field) : null,
    after: field in after ? shown(after[field], field) : null,
  }));
}

function shown(value: unknown, field: string): ShownValue {
  if (value === null || value === undefined || value === '') return { words: message('value-none') };
  if (value === true) return { words: message('value-yes') };
  if (value === false) return { words: message('value-no') };
  if (Array.isArray(value)) {
    const texts = value.map(textOf);
    if (texts.length === 0) return { words: message('value-none') };
    return texts.every((text) => text !== undefined) ? { texts: texts as string[] } : { code: JSON.stringify(value) };
  }
  const counts = Object.entries(membersOf(value));
  if (counts.length && counts.every((one): one is [string, number] => typeof one[1] === 'number'))
    return field === 'foreseen'
      ? { counts: counts.map(([result, count]) => ({ label: resultLabel(result as BulkResult), count })) }
      : { texts: counts.map(([name, count]) => `${name} ${count}`) };
  const known = Object.hasOwn(VALUES, field) ? VALUES[field] : undefined;
  const words = typeof value === 'string' && known && Object.hasOwn(known, value) ? known[value] : undefined;
  if (words) return { words };
  const text = textOf(value);
  return text === undefined ? { code: JSON.stringify(value) } : { texts: [text] };
}

/** A value in a few words, where it has some: a role or group by its name. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (value instanceof Date) return value.toISOString();
  const { role, group, until } = membersOf(value);
  const named = typeof role === 'string' ? role : group;
  if (typeof named !== 'string') return undefined;
  return until instanceof Date ? `${named} (${until.toISOString()})` : named;
}
