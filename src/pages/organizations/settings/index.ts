import type Router from '@koa/router';
import { formBody } from '../../../middleware/form-body.js';
import type { PageDeps } from '../../deps.js';
import { visitorOf } from '../../frame.js';
import { deletionPages } from './delete.js';
import { settingsPage } from './page.js';
import { picturePages } from './picture.js';
import { roleModePages } from './role-mode.js';
import { statusPages } from './status.js';
import { submitSettings } from './submit.js';

const SETTINGS = '/organizations/:slug/settings';

/** An organization's settings: small forms, each of which stands alone. */
export function settingsPages(router: Router, deps: PageDeps): void {
  router.get(SETTINGS, async (ctx) => {
    const visitor = await visitorOf(deps, ctx, 'settings:write');
    if (visitor) await settingsPage(deps, ctx, visitor);
  });
  router.post(SETTINGS, formBody, deps.csrf.check, async (ctx) => submitSettings(deps, ctx));
  picturePages(router, deps);
  roleModePages(router, deps);
  statusPages(router, deps);
  deletionPages(router, deps);
}
