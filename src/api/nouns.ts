import { audit } from './audit/index.js';
import { bulkOperations } from './bulk-operations/index.js';
import type { Noun } from './endpoint.js';
import { groups } from './groups/index.js';
import { instance } from './instance/index.js';
import { invitations } from './invitations/index.js';
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
  users,
  permissions,
  audit,
  instance,
];
