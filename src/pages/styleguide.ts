/** What pages are made of, each in each of its states: for whoever makes one. Only where the server isn't in production. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { allowOwnRequests } from '../middleware/security-headers.js';
import { message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import type { Frame } from './frame.js';
import type { Views } from './view/models.js';
import type { RoleChip } from './view/roles.js';

export function styleguideRoutes(router: Router, deps: PageDeps): void {
  router.get('/styleguide', (ctx) => {
    ctx.body = deps.render('styleguide', styleguide(deps, ctx));
  });
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** As the rules of the look name them: `--canvas`, … */
const COLOURS = [
  'canvas',
  'surface',
  'sunken',
  'hover',
  'line',
  'line-strong',
  'field',
  'ink',
  'ink-2',
  'ink-3',
  'accent',
  'accent-fill',
  'tint',
  'danger',
  'danger-tint',
  'warn',
  'warn-tint',
  'bar',
] as const;

const FRAME: Frame = {
  user: { id: 'usr_example', name: 'Ada Byron' },
  organization: { id: 'org_example', name: 'Acme', slug: 'acme' },
  organizations: [
    { id: 'org_example', name: 'Acme', slug: 'acme', roles: ['Admin', 'Billing'], visited: false },
    { id: 'org_other', name: 'Hollis & Lane', slug: 'hollis-lane', roles: [], visited: false },
  ],
  navigation: [{ href: '/styleguide', icon: 'swatch-book', label: message('styles'), current: true }],
  mayCreate: true,
  asOperator: true,
  notice: { text: message('organization-created', { name: 'Acme' }), href: '/styleguide', link: message('look-again') },
};

function styleguide({ services }: PageDeps, ctx: Context): Views['styleguide'] {
  allowOwnRequests(ctx);
  const now = services.clock.now().getTime();
  const chip = (key: string, name: string, more: Partial<RoleChip> = {}): RoleChip => ({
    role: { key, name },
    via: [],
    soon: false,
    ...more,
  });
  const remove = (value: string) => ({ remove: { name: 'remove', value } });
  return {
    frame: FRAME,
    colours: COLOURS,
    chips: [
      chip('member', 'Member'),
      chip('admin', 'Admin', { ...remove('admin'), kept: 'kept' }),
      chip('support', 'Support', { ...remove('support'), href: '/styleguide' }),
      chip('billing', 'Billing', { via: [{ name: 'Finance', href: '/styleguide' }] }),
      chip('auditor', 'Auditor', { ...remove('auditor'), until: new Date(now + 3 * DAY_MS), soon: true }),
      chip('releases', 'Releases', { until: new Date(now + 300 * DAY_MS) }),
    ],
    people: [
      { id: 'usr_1', name: 'Chiara Vitale', email: 'chiara.vitale@acme.test', href: '/styleguide' },
      { id: 'usr_2', name: 'نور حداد', email: 'noor@acme.test', href: '/styleguide' },
      { id: 'usr_3', name: `Wolfeschlegel${'steinhausen'.repeat(16)}`, email: 'w@acme.test', href: '/styleguide' },
    ],
    choices: [
      { key: 'support', name: 'Support', description: 'Sees customers, answers tickets', held: false },
      { key: 'billing', name: 'Billing', description: 'Sees and sends invoices', held: true },
    ],
    pager: { shown: message('shown-of', { shown: 50, total: 1234 }), first: '/styleguide', next: '/styleguide' },
    tabs: [
      { label: message('nav-roles'), href: '/styleguide', current: true, count: 3 },
      { label: message('nav-groups'), href: '/styleguide', current: false, count: 1 },
      { label: message('nav-activity'), href: '/styleguide', current: false },
    ],
    sorting: { current: 'ascending', href: '/styleguide' },
    moment: new Date(now),
  };
}
