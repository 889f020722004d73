import { isGrantable, type OrganizationPermission } from '../../../access/statements.js';
import { type Message, message } from '../../../texts/message.js';

/** What each management permission allows, in a page's words. */
const WORDS: Readonly<Record<OrganizationPermission, Message>> = {
  'members:read': message('manage-members-read'),
  'members:write': message('manage-members-write'),
  'sessions:end': message('manage-sessions-end'),
  'roles:read': message('manage-roles-read'),
  'roles:write': message('manage-roles-write'),
  'groups:read': message('manage-groups-read'),
  'groups:write': message('manage-groups-write'),
  'invitations:read': message('manage-invitations-read'),
  'invitations:write': message('manage-invitations-write'),
  'settings:write': message('manage-settings-write'),
  'domains:write': message('manage-domains-write'),
  'audit:read': message('manage-audit-read'),
  'organization:leave': message('manage-organization-leave'),
  'administrators:write': message('manage-administrators-write'),
};

interface Manageable {
  key: OrganizationPermission;
  description: Message;
}

const ALL = (Object.keys(WORDS) as OrganizationPermission[]).map((key) => ({ key, description: WORDS[key] }));

/** What a role that isn't built in can carry. */
export const GRANTABLE: readonly Manageable[] = ALL.filter(({ key }) => isGrantable(key));

/** Also what the built-in ones alone carry. */
export const EVERY_ONE: readonly Manageable[] = ALL;
