/**
 * One member's pages: a tab each for roles, groups, sessions and activity, and what is done about them. Each handler reads the member
 * (`read.ts`), which is also where who may not see them is told that nothing is there.
 */
import type Router from '@koa/router';
import { formBody } from '../../../middleware/form-body.js';
import type { PageDeps } from '../../deps.js';
import { ask, submitReactivate, submitRemove, submitSuspend } from './access.js';
import { showActivity } from './activity.js';
import { askRemoveGroup, showGroups, submitGroup, submitRemoveGroup } from './groups.js';
import { askRemoveRole, showRoles, submitRemoveRole, submitRole } from './roles.js';
import { askEndSessions, showSessions, submitEndSession, submitEndSessions } from './sessions.js';

export function oneMemberPages(router: Router, deps: PageDeps): void {
  const at = '/organizations/:slug/members/:member';
  const { check } = deps.csrf;
  router.get(at, async (ctx) => showRoles(deps, ctx));
  router.post(`${at}/roles`, formBody, check, async (ctx) => submitRole(deps, ctx));
  router.get(`${at}/roles/remove`, async (ctx) => askRemoveRole(deps, ctx));
  router.post(`${at}/roles/remove`, formBody, check, async (ctx) => submitRemoveRole(deps, ctx));
  router.get(`${at}/groups`, async (ctx) => showGroups(deps, ctx));
  router.post(`${at}/groups`, formBody, check, async (ctx) => submitGroup(deps, ctx));
  router.get(`${at}/groups/remove`, async (ctx) => askRemoveGroup(deps, ctx));
  router.post(`${at}/groups/remove`, formBody, check, async (ctx) => submitRemoveGroup(deps, ctx));
  router.get(`${at}/sessions`, async (ctx) => showSessions(deps, ctx));
  router.post(`${at}/sessions/end`, formBody, check, async (ctx) => submitEndSession(deps, ctx));
  router.get(`${at}/activity`, async (ctx) => showActivity(deps, ctx));
  router.get(`${at}/end-sessions`, async (ctx) => askEndSessions(deps, ctx));
  router.post(`${at}/end-sessions`, formBody, check, async (ctx) => submitEndSessions(deps, ctx));
  router.get(`${at}/suspend`, ask(deps, 'suspend'));
  router.post(`${at}/suspend`, formBody, check, async (ctx) => submitSuspend(deps, ctx));
  router.post(`${at}/reactivate`, formBody, check, async (ctx) => submitReactivate(deps, ctx));
  router.get(`${at}/remove`, ask(deps, 'remove'));
  router.post(`${at}/remove`, formBody, check, async (ctx) => submitRemove(deps, ctx));
}
