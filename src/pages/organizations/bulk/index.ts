/**
 * Changing many members (R11), from the members page: what is to be done to whom (`new.ts`, GET, so that it can be looked at again), its
 * preview, and the operation from there on (`one.ts`), which works beside the requests.
 */
import type Router from '@koa/router';
import { formBody } from '../../../middleware/form-body.js';
import type { PageDeps } from '../../deps.js';
import { showNew, submitNew } from './new.js';
import { apply, cancel, showBulk, submit, undo } from './one.js';

export function bulkPages(router: Router, deps: PageDeps): void {
  const at = '/organizations/:slug/bulk';
  const { check } = deps.csrf;
  router.get(`${at}/new`, async (ctx) => showNew(deps, ctx));
  router.post(at, formBody, check, async (ctx) => submitNew(deps, ctx));
  router.get(`${at}/:bulk`, async (ctx) => showBulk(deps, ctx));
  router.post(`${at}/:bulk/apply`, formBody, check, submit(deps, apply));
  router.post(`${at}/:bulk/cancel`, formBody, check, submit(deps, cancel));
  router.post(`${at}/:bulk/undo`, formBody, check, submit(deps, undo));
}
