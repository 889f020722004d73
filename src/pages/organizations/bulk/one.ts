/** One bulk operation: what would become of each member, how far it is, what became of them, and its undoing. */
import type { Context } from 'koa';
import { liveRole } from '../../../access/effective-roles.js';
import { RollcallError } from '../../../lib/errors.js';
import { BULK_RESULTS, type BulkKind, type BulkOperation } from '../../../models/bulk-operation.js';
import { applyBulk, cancelBulk } from '../../../services/bulk/apply.js';
import { findBulk } from '../../../services/bulk/find.js';
import { type BulkMember, listBulkResults } from '../../../services/bulk/list.js';
import { undoBulk } from '../../../services/bulk/undo.js';
import { vocabularyOf } from '../../../services/vocabulary.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { tokenMinutes } from '../../effect.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import { hrefWith, oneOf, textOf } from '../../query.js';
import { carryOut } from '../../submit.js';
import { resultLabel, wordsOfResult } from './results.js';
import { doing, type Names, wordsOf, wordsOfRedo } from './words.js';

const ON_A_PAGE = 50;

export async function showBulk(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'members:read', 'members:write');
  if (visitor) await bulkPage(deps, ctx, visitor);
}

async function bulkPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  refused: Message | string | null = null,
): Promise<void> {
  const { services } = deps;
  const { organization, actor } = visitor;
  const id = ctx.params.bulk ?? '';
  const base = `/organizations/${organization.slug}`;
  const path = `${base}/bulk/${id}`;
  const result = oneOf(ctx, 'result', BULK_RESULTS);
  const after = textOf(ctx, 'after') || undefined;
  const place = { organizationId: organization._id, id };
  const [{ operation, ...results }, vocabulary] = await Promise.all([
    listBulkResults(services, actor, place, { limit: ON_A_PAGE, after, result }),
    vocabularyOf(services, organization),
  ]);
  const { action, counts, total, status, undoOf, undoneBy } = operation;
  const role = action.roleId ? liveRole(action.roleId, vocabulary.role) : undefined;
  const group = action.groupId ? vocabulary.group(action.groupId) : undefined;
  const names = { role: role?.name ?? action.roleId ?? '', group: group?.name ?? action.groupId ?? '' };
  const original = undoOf ? await findBulk(services, actor, organization._id, undoOf).catch(unlessGone) : undefined;
  const { say } = deps.textsOf(ctx);
  const redo = undoOf ? wordsOfRedo(operation, names) : undefined;
  const shown = result ? (counts[result] ?? 0) : total;
  ctx.body = deps.render('organizations/bulk', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    base,
    path,
    heading: wordsOf(operation, names, original, say),
    until: action.until ?? null,
    effect: await effectOf(deps, visitor, action.kind, names),
    state: stateOf(operation, services.clock.now()),
    reached: operation.endedAt ? total - (counts.skipped ?? 0) : Math.min(operation.next, total),
    total,
    toChange: counts.to_change ?? 0,
    changed: counts.changed ?? 0,
    expiresAt: operation.expiresAt ?? null,
    endedAt: operation.endedAt ?? null,
    undo: redo ?? message('bulk-undo-for', { count: counts.changed ?? 0 }),
    undoes: original
      ? {
          href: `${base}/bulk/${original._id}`,
          label: message('bulk-undoes', { change: say(doing(original.action.kind, original.total, names)) }),
        }
      : null,
    undoneBy: undoneBy
      ? {
          href: `${base}/bulk/${undoneBy}`,
          label: redo ? message('bulk-undone-again', { change: say(redo) }) : message('bulk-undone-by'),
        }
      : null,
    tabs: [
      { label: message('bulk-everyone'), href: path, current: !result, count: total },
      ...BULK_RESULTS.filter((one) => counts[one]).map((one) => ({
        label: resultLabel(one),
        href: `${path}?result=${one}`,
        current: result === one,
        count: counts[one] ?? 0,
      })),
    ],
    results: results.data.map((one) => rowOf(one, base, status)),
    pager: {
      shown: message('shown-of', { shown: results.data.length, total: shown }),
      ...(after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
      ...(results.nextCursor ? { next: hrefWith(ctx, { after: results.nextCursor }) } : {}),
    },
    refused,
  });
}

/** An operation is tidied away by itself, before what undoes it. */
function unlessGone(error: unknown): undefined {
  if (error instanceof RollcallError && error.code === 'not_found') return undefined;
  throw error;
}

function rowOf({ item, name, email }: BulkMember, base: string, status: BulkOperation['status']) {
  return {
    person:
      name !== undefined && item.userId
        ? { id: item.userId, name, email: email ?? '', href: `${base}/members/${item.membershipId ?? item.userId}` }
        : null,
    reference: item.reference ?? item.membershipId ?? item.userId ?? '',
    result: item.result,
    ...wordsOfResult({ item }, { status }),
  };
}

/** When what it does is seen (R6), before it is done and after. */
async function effectOf(
  deps: PageDeps,
  { organization }: Visitor,
  kind: BulkKind,
  { role, group }: Names,
): Promise<Message> {
  const minutes = await tokenMinutes(deps);
  const atOnce = organization.revokeOnDowngrade;
  switch (kind) {
    case 'give_role':
      return message('bulk-effect-give', { role, minutes });
    case 'add_to_group':
      return message('bulk-effect-add', { group, minutes });
    case 'take_role':
      return atOnce ? message('bulk-effect-take-at-once', { role }) : message('bulk-effect-take', { role, minutes });
    case 'remove_from_group':
      return atOnce
        ? message('bulk-effect-remove-at-once', { group })
        : message('bulk-effect-remove', { group, minutes });
    case 'suspend':
      return message('bulk-effect-suspend');
    default:
      return message('bulk-effect-reactivate');
  }
}

/** What the page is about: a preview, work under way, or a result. */
function stateOf({ status, expiresAt, startedAt }: BulkOperation, now: Date) {
  if (status === 'previewed' && expiresAt && expiresAt <= now) return 'expired' as const;
  if (status === 'cancelled' && !startedAt) return 'called_off' as const;
  return status === 'preparing' && startedAt ? ('running' as const) : status;
}

type Step = (deps: PageDeps, visitor: Visitor, id: string) => Promise<BulkOperation>;

export const apply: Step = ({ services }, { actor, organization }, id) =>
  applyBulk(services, actor, organization._id, id);
export const cancel: Step = ({ services }, { actor, organization }, id) =>
  cancelBulk(services, actor, organization._id, id);
export const undo: Step = ({ services }, { actor, organization }, id) =>
  undoBulk(services, actor, organization._id, id);

/** Does one step of an operation, and shows the operation that comes of it: of an undo its own. */
export const submit = (deps: PageDeps, step: Step) => async (ctx: Context) => {
  const visitor = await visitorOf(deps, ctx, 'members:read', 'members:write');
  if (!visitor) return;
  let id = ctx.params.bulk ?? '';
  await carryOut(deps, ctx, {
    act: async () => {
      id = (await step(deps, visitor, id))._id;
      return undefined;
    },
    next: () => `/organizations/${visitor.organization.slug}/bulk/${id}`,
    again: (refused) => bulkPage(deps, ctx, visitor, refused),
  });
};
