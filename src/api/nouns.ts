import { audit } from './audit/index.js';
import { bulkOperations } from './bulk-operations/index.js';
import { domains } from './domains/index.js';
import type { Noun } from './endpoint.js';
import { groups } from './groups/index.js';
import { instance } from './instance/index.js';
import { invitations } from './invitations/index.js';
import { joinRequests } from './join-requests/index.js';
import { members } from './members/index.js';
import { organizations } from './organizations/index.js';
import { permissions } from './permissions/index.js';
import { roles } from './roles/index.js';
import { users } from './users/index.js';

/** What the API has, in the order in which its description shows it. */
export const NOUNS: readonly Noun[] = [
  organizations,
  members,
  invitations,
  bulkOperations,
  roles,
  groups,
  domains,
  joinRequests,
  users,
  permissions,
  audit,
  instance,
];
