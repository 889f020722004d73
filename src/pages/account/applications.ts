/** Which applications have access, to what and since when; and taking it back. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { themselves } from '../../access/can.js';
import { field, formBody } from '../../middleware/form-body.js';
import type { Organization } from '../../models/index.js';
import { pageOfAll } from '../../services/lists/whole.js';
import { listOwnAccess, type OwnAccess, orderOfAccess, takeAccessBack } from '../../services/own-applications.js';
import type { Texts } from '../../texts/catalogue.js';
import { message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { type Asker, askerOf, frameOf } from '../frame.js';
import { hrefWith, textOf } from '../query.js';
import { carryOut } from '../submit.js';
import type { OwnAccountViews } from '../view/own-account-views.js';
import { accessWords } from './access-words.js';

type Applications = OwnAccountViews['account/applications']['applications'];

const APPLICATIONS = '/account/applications';
const ON_A_PAGE = 50;

export function applicationRoutes(router: Router, deps: PageDeps): void {
  router.get(APPLICATIONS, async (ctx) => showApplications(deps, ctx));
  router.post(`${APPLICATIONS}/take-back`, formBody, deps.csrf.check, async (ctx) => submitTakeBack(deps, ctx));
}

async function showApplications(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const all = await listOwnAccess(deps.services, themselves(asker.user._id));
  const after = textOf(ctx, 'after') || undefined;
  const { data, nextCursor } = pageOfAll(all, orderOfAccess, { limit: ON_A_PAGE, ...(after ? { after } : {}) });
  ctx.body = deps.render('account/applications', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    action: `${APPLICATIONS}/take-back`,
    applications: await shown(deps, ctx, asker, data),
    pager: {
      shown: message('shown-of', { shown: data.length, total: all.length }),
      ...(after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
      ...(nextCursor ? { next: hrefWith(ctx, { after: nextCursor }) } : {}),
    },
  });
}

/** By application, in the order of the rows. */
async function shown(
  deps: PageDeps,
  ctx: Context,
  { user, memberships }: Asker,
  rows: readonly OwnAccess[],
): Promise<Applications> {
  const { services, runtime } = deps;
  const texts = deps.textsOf(ctx);
  const catalog = await services.catalog.current();
  const organizations = new Map(memberships.map(({ organization }) => [organization._id, organization]));
  const shownAs = new Map<string, Applications[number]>();
  for (const { application, organizationId, scopes, since } of rows) {
    const { _id: id, name, logoUri, firstParty } = application;
    const entry = shownAs.get(id) ?? { id, name, logoUri: logoUri ?? null, firstParty, access: [] };
    shownAs.set(id, entry);
    const organization = organizations.get(organizationId ?? '') ?? null;
    const may = accessWords(texts, runtime, catalog, { scopes, organization, email: user.email });
    const view = organizationId === null ? null : viewOf(texts, organizationId, organization);
    entry.access.push({ organization: view, may, since });
  }
  return [...shownAs.values()];
}

/** What one is called in which they aren't any more is none of their business (R13). */
const viewOf = ({ t }: Texts, id: string, found: Organization | null) => ({
  id,
  name: found?.name ?? t('access-left'),
  picture: found?.picture ?? null,
  color: found?.color ?? null,
});

async function submitTakeBack(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  // Both in the one button that was pressed.
  const [applicationId = '', organizationId] = field(ctx, 'access').split(' ');
  await carryOut(deps, ctx, {
    act: async () => {
      const { applications } = await deps.services.catalog.current();
      const name = applications.get(applicationId)?.name ?? applicationId;
      const key = { applicationId, organizationId: organizationId || null };
      await takeAccessBack(deps.services, themselves(asker.user._id), key);
      return { text: message('access-taken-back', { application: name }) };
    },
    next: APPLICATIONS,
    again: () => showApplications(deps, ctx),
  });
}
