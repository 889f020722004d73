/**
 * Who may do what, as data. Each action of the management pages and API has a key; the built-in roles list the keys they carry in
 * an organization; operators' keys begin with `instance:`. `can()` is the only reader.
 */

/** Management permissions within an organization, and what each allows. */
export const ORGANIZATION_PERMISSIONS = {
  'members:read': 'See the members and their roles',
  'members:write': 'Change, suspend and remove members',
  'sessions:end': 'End the sessions of members',
  'roles:read': 'See the roles',
  'roles:write': 'Make, change and delete roles',
  'groups:read': 'See the groups',
  'groups:write': 'Make, change and delete groups',
  'invitations:read': 'See the invitations',
  'invitations:write': 'Invite people',
  'settings:write': 'Change the settings of the organization',
  'domains:write': 'Add and prove domains',
  'audit:read': 'See what happened',
  'organization:leave': 'Leave the organization',
} as const;

/** Permissions of the whole instance: what operators hold as administrators of the organization `system`. */
export const INSTANCE_PERMISSIONS = {
  'instance:organizations': 'See, make and change every organization',
  'instance:users': 'See, make and change every user',
  'instance:applications': 'Register and change applications',
  'instance:apis': 'Register and change APIs',
  'instance:roles': 'Make and change instance-wide roles',
  'instance:keys': 'Rotate signing keys',
  'instance:audit': 'See what happened everywhere',
} as const;

export type OrganizationPermission = keyof typeof ORGANIZATION_PERMISSIONS;
export type InstancePermission = keyof typeof INSTANCE_PERMISSIONS;
export type ManagementPermission = OrganizationPermission | InstancePermission;

const all = Object.keys(ORGANIZATION_PERMISSIONS) as OrganizationPermission[];

/** What the built-in roles carry, by role key. Custom roles carry none of these until they can be given some. */
export const BUILT_IN_ROLES: ReadonlyMap<string, ReadonlySet<ManagementPermission>> = new Map([
  ['admin', new Set(all)],
  ['member', new Set<OrganizationPermission>(['members:read', 'roles:read', 'groups:read', 'organization:leave'])],
]);

/** The slug of the built-in organization of the operators (R14). */
export const SYSTEM_ORGANIZATION = 'system';
