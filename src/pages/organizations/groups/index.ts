import type Router from '@koa/router';
import type { PageDeps } from '../../deps.js';
import { groupActivity } from './activity.js';
import { groupDeletion } from './delete.js';
import { groupDetails } from './details.js';
import { groupList } from './list.js';
import { groupMembers } from './members.js';
import { newGroup } from './new.js';
import { groupRoles } from './roles.js';

/** The groups of an organization, and one of them: who is in it, and which roles it carries. */
export function groupPages(router: Router, deps: PageDeps): void {
  groupList(router, deps);
  newGroup(router, deps);
  groupMembers(router, deps);
  groupRoles(router, deps);
  groupActivity(router, deps);
  groupDetails(router, deps);
  groupDeletion(router, deps);
}
