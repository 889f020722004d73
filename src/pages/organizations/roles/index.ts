/**
 * The roles of an organization: the list, making one, and for each who has it and what it allows. A role is found by its key or id
 * (`visit.ts`); those of every organization are shown as the organization's own are, but changed elsewhere.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { formBody, largeFormBody } from '../../../middleware/form-body.js';
import type { PageDeps } from '../../deps.js';
import { showActivity } from './activity.js';
import { showAssignments } from './assignments.js';
import { showDelete, submitDelete } from './delete.js';
import { showEdit, submitEdit } from './edit.js';
import { showGive, submitGroup, submitPerson } from './give.js';
import { showRoles } from './list.js';
import { showNew, submitNew } from './new.js';
import { showPermissions, submitPermissions } from './permissions.js';
import { showTake, submitTake } from './take.js';
import { showTakeFromGroup, submitTakeFromGroup } from './take-from-group.js';

type Handler = (deps: PageDeps, ctx: Context) => Promise<void>;

export function rolePages(router: Router, deps: PageDeps): void {
  const get = (path: string, show: Handler) => router.get(path, async (ctx) => show(deps, ctx));
  const post = (path: string, submit: Handler) =>
    router.post(path, formBody, deps.csrf.check, async (ctx) => submit(deps, ctx));
  const all = '/organizations/:slug/roles';
  get(all, showRoles);
  get(`${all}/new`, showNew);
  post(`${all}/new`, submitNew);
  const one = `${all}/:role`;
  get(one, showAssignments);
  get(`${one}/give`, showGive);
  post(`${one}/give`, submitPerson);
  post(`${one}/give/group`, submitGroup);
  get(`${one}/members/:member/remove`, showTake);
  post(`${one}/members/:member/remove`, submitTake);
  get(`${one}/groups/:group/remove`, showTakeFromGroup);
  post(`${one}/groups/:group/remove`, submitTakeFromGroup);
  get(`${one}/permissions`, showPermissions);
  // A role may be ticked hundreds of permissions.
  router.post(`${one}/permissions`, largeFormBody, deps.csrf.check, async (ctx) => submitPermissions(deps, ctx));
  get(`${one}/activity`, showActivity);
  get(`${one}/edit`, showEdit);
  post(`${one}/edit`, submitEdit);
  get(`${one}/delete`, showDelete);
  post(`${one}/delete`, submitDelete);
}
