import type { Context } from 'koa';
import type { Organization } from '../../../models/index.js';
import { changeOrganization } from '../../../services/change-organization.js';
import { findOrganization } from '../../../services/create-organization.js';
import type { InTheWay } from '../../../services/single-mode.js';
import { message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { visitorOf } from '../../frame.js';
import { carryOut, revisionIn } from '../../submit.js';
import { inTheWayViews } from './in-the-way.js';
import { settingsPage } from './page.js';
import { presentOf, readPart } from './parts.js';

/** Saves one of the forms. */
export async function submitSettings(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'settings:write');
  if (!visitor) return;
  const { services } = deps;
  const { organization, actor } = visitor;
  const base = `/organizations/${organization.slug}`;
  const form = await readPart(services, ctx, organization);
  const { part, values, chosen } = form;
  const revision = revisionIn(ctx);
  if (form.fault) {
    ctx.status = 422;
    const refused = { part, reason: form.fault, field: true, present: null, inTheWay: [] };
    return settingsPage(deps, ctx, visitor, { values, chosen, refused, revision });
  }
  const { change } = form;
  await carryOut(deps, ctx, {
    async act() {
      await changeOrganization(services, actor, organization, change, { revision });
      return { text: message('settings-saved') };
    },
    next: `${base}/settings`,
    async again(reason, error) {
      const isStale = error.code === 'stale';
      // Saved once more it is over what the page says that it is now.
      const now = isStale ? await reread(organization) : organization;
      const refused = {
        part,
        reason,
        field: false,
        present: isStale ? await presentOf(deps, ctx, part, now) : null,
        inTheWay: error.code === 'role_mode' ? inTheWayViews(error.details as InTheWay[], base) : [],
      };
      return settingsPage(deps, ctx, visitor, { values, chosen, refused, ...(isStale ? {} : { revision }) }, now);
    },
  });

  async function reread(before: Organization): Promise<Organization> {
    return (await findOrganization(services, before._id)) ?? before;
  }
}
