import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/models/index.js';
import { code, name, type Sentence } from '../../../src/pages/view/sentences/parts.js';
import { actionsOf, KINDS, SENTENCES, sentenceOf } from '../../../src/pages/view/sentences/table.js';
import { type Names, toldOf } from '../../../src/pages/view/sentences/told.js';
import { loadCatalogue } from '../../../src/texts/catalogue.js';
import { html } from '../../../src/texts/html.js';
import type { Message } from '../../../src/texts/message.js';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('pages/') && !file.startsWith('api/'))
  .map((file) => readFileSync(join('src', file), 'utf8'));

const nouns = new Set(Object.keys(SENTENCES).map((action) => action.split('.')[0]));
/** What the library calls its own happenings. */
const OF_THE_LIBRARY = new Set(['grant.success', 'grant.error']);

/** Every text that is an action: where an event is made, and wherever else one of these nouns has a verb. */
const actions = new Set(
  sources.flatMap((source) => [
    ...[...source.matchAll(/\b(?:event|eventOf|record|changeEvent)\([^()]*?'(\w+\.\w+)'/g)].map(([, one]) => one ?? ''),
    ...[...source.matchAll(/\baction: '(\w+\.\w+)'/g)].map(([, one]) => one ?? ''),
    ...[...source.matchAll(/'(\w+)\.(\w+)'/g)].flatMap(([, noun = '', verb = '']) =>
      nouns.has(noun) && !OF_THE_LIBRARY.has(`${noun}.${verb}`) ? [`${noun}.${verb}`] : [],
    ),
  ]),
);
// Made of two parts in the source.
for (const decision of ['allowed', 'denied']) actions.add(`device.${decision}`);

const names: Names = {
  who: (id) => name(id ?? 'somebody'),
  roles: (roles) => code(roles.map(({ role }) => role).join(' ')),
  group: ({ group }) => name(group ?? 'a group'),
  application: (id) => name(id || 'An application'),
};

const texts = loadCatalogue().in('en');
const shown = (part: Sentence['args'][string]) =>
  typeof part === 'object' && 'kind' in part
    ? html`${part.kind === 'name' ? part.name : part.kind === 'code' ? part.text : texts.say((part as { text: Message }).text)}`
    : part;

function said(event: Partial<AuditEvent>): string {
  const whole = { _id: 'evt_1', organizationId: 'org_1', actor: 'Ada', subject: 'Bo', time: new Date(0), sealed: true };
  const { key, args } = sentenceOf(toldOf({ action: 'member.left', ...whole, ...event }, names));
  const values = Object.fromEntries(Object.entries(args).map(([one, part]) => [one, shown(part)]));
  return String(texts.rich(key, values));
}

describe('what happened', () => {
  it('has a sentence for every action of the services, and none for what nothing does', () => {
    expect([...actions].filter((action) => !Object.hasOwn(SENTENCES, action)).sort()).toEqual([]);
    expect(Object.keys(SENTENCES).filter((action) => !actions.has(action))).toEqual([]);
    expect(actions.size).toBeGreaterThan(50);
  });

  it('is said also where an event tells nothing but its action', () => {
    for (const action of Object.keys(SENTENCES)) expect(said({ action }), action).toMatch(/^[A-Z].* .*[^.]$/);
  });

  it('is of one kind, by which the log is narrowed', () => {
    const sorted = KINDS.flatMap(actionsOf).sort();
    expect(sorted).toEqual(Object.keys(SENTENCES).sort());
  });

  const until = new Date('2027-12-31T12:00:00Z');
  const roles = (...keys: string[]) => ({ roles: keys.map((role) => ({ role, roleId: `rol_${role}` })) });
  it.each<[string, Partial<AuditEvent>]>([
    ['Ada gave travel to Bo', { action: 'member.role_given', after: roles('travel') }],
    [
      'Ada gave travel to Bo until 12/31/2027',
      { action: 'member.role_given', after: { roles: [{ role: 'travel', until }] } },
    ],
    [
      'Ada gave travel to Bo in place of support',
      { action: 'member.role_given', before: roles('support'), after: roles('travel') },
    ],
    ['Ada took travel from Bo', { action: 'member.role_taken', before: roles('travel') }],
    [
      'Ada gave travel to Bo and took support',
      { action: 'member.roles_changed', before: roles('support', 'x'), after: roles('travel', 'x') },
    ],
    ['Ada took support from Bo', { action: 'member.roles_changed', before: roles('support'), after: roles() }],
    ['Ada put the roles of Bo back', { action: 'member.roles_changed' }],
    ['Ada added Bo to Finance', { action: 'member.group_added', after: { group: 'Finance' } }],
    [
      'Ada took Bo out of Finance',
      {
        action: 'member.groups_changed',
        before: { groups: [{ group: 'Finance', groupId: 'g' }] },
        after: { groups: [] },
      },
    ],
    ['Bo joined', { action: 'member.joined', actor: 'Bo' }],
    ['Ada added Bo', { action: 'member.joined' }],
    [
      'Ada renamed the organization from A to B',
      { action: 'organization.changed', before: { name: 'A' }, after: { name: 'B' } },
    ],
    ['Ada suspended the organization', { action: 'organization.changed', after: { status: 'suspended' } }],
    ['Ada changed the settings', { action: 'organization.changed', after: { name: 'B', joinPolicy: 'open' } }],
    [
      'Ada started to give travel to 5 people',
      { action: 'bulk.applied', after: { kind: 'give_role', role: 'travel', members: 5 } },
    ],
    ['Ada started to suspend 1 person', { action: 'bulk.applied', after: { kind: 'suspend', members: 1 } }],
    [
      'Ada deleted the role x, and y replaces it',
      { action: 'role.deleted', before: { key: 'x' }, after: { replacement: 'y' } },
    ],
    ['A sign-in as Bo failed', { action: 'user.sign_in_failed', actor: 'anonymous' }],
    ['Bo signed in to invoices', { action: 'user.signed_in', after: { application: 'invoices' } }],
    ['Ada: odd.one', { action: 'odd.one' }],
    ['Ada: constructor', { action: 'constructor' }],
  ])('reads as “%s”', (sentence, event) => {
    expect(said(event)).toBe(sentence);
  });

  it('keeps what people typed as text', () => {
    const after = { group: '<img src=x> { $actor }' };
    expect(said({ action: 'member.group_added', after })).toBe('Ada added Bo to &lt;img src=x&gt; { $actor }');
  });
});
