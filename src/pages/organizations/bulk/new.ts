/** The step between the members page and a preview: which role or group, until when. Nothing changes here. */
import type { Context } from 'koa';
import { managementOf, mayGive } from '../../../access/can.js';
import { field } from '../../../middleware/form-body.js';
import type { BulkAction, BulkKind } from '../../../models/bulk-operation.js';
import { previewBulk } from '../../../services/bulk/preview.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { type Message, message } from '../../../texts/message.js';
import { untilIn } from '../../dates.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import { leaveNotice } from '../../notice.js';
import { refusal } from '../../refusals.js';
import { goTo } from '../../submit.js';
import type { Faults } from '../../view/framed.js';
import { groupsOf, roleNamed, rolesOf } from '../member/read.js';
import { type Chosen, chosenIn, chosenInForm, fieldsOf, filterOf } from './chosen.js';
import { membersHref, namedFor } from './purpose.js';

const ABOUT: Readonly<Record<BulkKind, 'role' | 'group' | null>> = {
  give_role: 'role',
  take_role: 'role',
  add_to_group: 'group',
  remove_from_group: 'group',
  suspend: null,
  reactivate: null,
};

/** What takes an end date. */
const ENDS: readonly BulkKind[] = ['give_role', 'add_to_group'];

const headingOf = ({ kind, everyone, members }: Chosen): Message => {
  const count = everyone ? 0 : members.length;
  switch (kind) {
    case 'give_role':
      return everyone ? message('bulk-new-give-all') : message('bulk-new-give', { count });
    case 'take_role':
      return everyone ? message('bulk-new-take-all') : message('bulk-new-take', { count });
    case 'add_to_group':
      return everyone ? message('bulk-new-add-all') : message('bulk-new-add', { count });
    case 'remove_from_group':
      return everyone ? message('bulk-new-remove-all') : message('bulk-new-remove', { count });
    case 'suspend':
      return everyone ? message('bulk-new-suspend-all') : message('bulk-new-suspend', { count });
    default:
      return everyone ? message('bulk-new-reactivate-all') : message('bulk-new-reactivate', { count });
  }
};

interface Entered {
  about: string;
  until: string;
  errors: Faults<'form' | 'role' | 'group' | 'until'>;
}

export async function showNew(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'members:read', 'members:write');
  if (!visitor) return;
  const chosen = chosenIn(ctx);
  // Nobody was ticked: back to where that is done.
  if (!chosen) {
    leaveNotice(deps, ctx, { text: message('bulk-nobody'), tone: 'warn' });
    return goTo(ctx, membersHref(ctx, `/organizations/${visitor.organization.slug}`));
  }
  await newPage(deps, ctx, { visitor, chosen }, { about: namedFor(ctx, chosen.kind), until: '', errors: {} });
}

interface Asking {
  visitor: Visitor;
  chosen: Chosen;
}

async function newPage(
  deps: PageDeps,
  ctx: Context,
  { visitor, chosen }: Asking,
  entered: Entered,
  refused: Message | string | null = null,
): Promise<void> {
  const { organization, actor } = visitor;
  const base = `/organizations/${organization.slug}`;
  const about = ABOUT[chosen.kind];
  const target = { organizationId: organization._id };
  const roles = about === 'role' ? await rolesOf(deps, visitor) : [];
  ctx.body = deps.render('organizations/bulk-new', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    action: `${base}/bulk`,
    base,
    heading: headingOf(chosen),
    fields: fieldsOf(chosen),
    about,
    roles: roles
      .filter((role) => mayGive(actor, managementOf(role), target))
      .map(({ key, name, description }) => ({ key, name, description: description ?? '' })),
    groups: (about === 'group' ? await groupsOf(deps, visitor) : []).map(({ _id, name }) => ({ id: _id, name })),
    ends: ENDS.includes(chosen.kind) && !(about === 'role' && isSingle(organization)),
    values: { about: entered.about, until: entered.until },
    errors: entered.errors,
    refused,
  });
}

export async function submitNew(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'members:read', 'members:write');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const base = `/organizations/${organization.slug}`;
  const chosen = chosenInForm(ctx);
  if (!chosen) return goTo(ctx, `${base}/members`);
  const asking = { visitor, chosen };
  const { entered, action } = await actionIn(deps, ctx, asking);
  if (!action) {
    ctx.status = 422;
    return newPage(deps, ctx, asking, entered);
  }
  let id: string;
  try {
    const members = chosen.everyone
      ? { filter: await filterOf(deps, visitor, chosen) }
      : { references: chosen.members };
    id = (await previewBulk(deps.services, actor, { organizationId: organization._id, action, members }))._id;
  } catch (error) {
    const refused = refusal(error);
    ctx.status = 422;
    return newPage(deps, ctx, asking, entered, refused);
  }
  goTo(ctx, `${base}/bulk/${id}`);
}

/** What was chosen to be done, or what is wrong with it. */
async function actionIn(deps: PageDeps, ctx: Context, { visitor, chosen }: Asking) {
  const about = ABOUT[chosen.kind];
  const entered: Entered = {
    about: about ? field(ctx, about).trim() : '',
    until: field(ctx, 'until').trim(),
    errors: {},
  };
  const action: BulkAction = { kind: chosen.kind };
  if (about === 'role') {
    const role = roleNamed(await rolesOf(deps, visitor), entered.about);
    if (role) action.roleId = role._id;
    else entered.errors.role = message(entered.about ? 'fault-role-unknown' : 'fault-role-missing');
  }
  if (about === 'group') {
    const groups = await groupsOf(deps, visitor);
    if (groups.some(({ _id }) => _id === entered.about)) action.groupId = entered.about;
    else entered.errors.group = message('fault-group-unknown');
  }
  const { until, fault } = ENDS.includes(chosen.kind) ? untilIn(deps, ctx, visitor.user) : {};
  if (fault) entered.errors.until = fault;
  if (until) action.until = until;
  return { entered, action: Object.keys(entered.errors).length ? undefined : action };
}
