/**
 * An organization's pages, under /organizations/SLUG. Each handler asks who wants to see it (`frame.ts`), reads its input, calls one
 * service, and shows a view; rules live in the services, which the management API calls too.
 */
import type Router from '@koa/router';
import type { PageDeps } from '../deps.js';
import { visitsSettled } from '../frame.js';
import { readingOnce } from '../reading-once.js';
import { activityPages } from './activity/index.js';
import { bulkPages } from './bulk/index.js';
import { domainPages } from './domains/index.js';
import { groupPages } from './groups/index.js';
import { invitationPages } from './invitations/index.js';
import { oneMemberPages } from './member/index.js';
import { memberPages } from './members.js';
import { overviewPages } from './overview.js';
import { requestPages } from './requests.js';
import { rolePages } from './roles/index.js';
import { settingsPages } from './settings/index.js';

export function organizationPages(router: Router, deps: PageDeps): void {
  router.use('/organizations', readingOnce, visitsSettled);
  overviewPages(router, deps);
  memberPages(router, deps);
  oneMemberPages(router, deps);
  bulkPages(router, deps);
  rolePages(router, deps);
  groupPages(router, deps);
  domainPages(router, deps);
  requestPages(router, deps);
  invitationPages(router, deps);
  settingsPages(router, deps);
  activityPages(router, deps);
}
