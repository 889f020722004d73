import type Router from '@koa/router';
import type { PageDeps } from '../../deps.js';
import { invitationList } from './list.js';
import { inviteMany } from './many.js';
import { newInvitation } from './new.js';
import { oneInvitation } from './one.js';

/** The invitations of an organization: who is asked in, one by one or many at once, and one of them. */
export function invitationPages(router: Router, deps: PageDeps): void {
  invitationList(router, deps);
  newInvitation(router, deps);
  inviteMany(router, deps);
  oneInvitation(router, deps);
}
