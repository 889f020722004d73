/**
 * Who may do what, as data. Each action of the management pages and API has a key; the built-in roles list the keys they carry in
 * an organization, other roles hold theirs; operators' keys begin with `instance:`. `can()` is the only judge.
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
  'administrators:write': 'Make somebody an administrator, and take that from them',
} as const;

/** Permissions of the whole instance: what operators hold as administrators of the organization `system`. */
export const INSTANCE_PERMISSIONS = {
  'instance:organizations': 'See, make and change every organization',
  'instance:users': 'See, make and change every user; how operators sign in only together with administrators:write',
  'instance:applications': 'Register and change applications',
  'instance:apis': 'Register and change APIs',
  'instance:roles': 'Make and change instance-wide roles',
  'instance:keys': 'Rotate signing keys',
  'instance:audit': 'See what happened everywhere',
} as const;

export type OrganizationPermission = keyof typeof ORGANIZATION_PERMISSIONS;
export type InstancePermission = keyof typeof INSTANCE_PERMISSIONS;
export type ManagementPermission = OrganizationPermission | InstancePermission;

const ofOrganizations = Object.keys(ORGANIZATION_PERMISSIONS) as OrganizationPermission[];
const ofInstance = Object.keys(INSTANCE_PERMISSIONS) as InstancePermission[];

export const isInstancePermission = (key: string): key is InstancePermission =>
  Object.hasOwn(INSTANCE_PERMISSIONS, key);
export const isManagementPermission = (key: string): key is ManagementPermission =>
  Object.hasOwn(ORGANIZATION_PERMISSIONS, key) || isInstancePermission(key);

/** `admin` is given by an administrator alone (R15): no other role carries the right to. */
const NEVER_IN_A_ROLE: ReadonlySet<string> = new Set<ManagementPermission>(['administrators:write']);

/** What a role that isn't built in can carry: of the management permissions never the instance's. */
export const isGrantable = (key: string): key is OrganizationPermission =>
  Object.hasOwn(ORGANIZATION_PERMISSIONS, key) && !NEVER_IN_A_ROLE.has(key);

/** What the built-in roles carry in an organization, by role key. */
export const BUILT_IN_ROLES: ReadonlyMap<string, ReadonlySet<ManagementPermission>> = new Map([
  ['admin', new Set(ofOrganizations)],
  ['member', new Set<OrganizationPermission>(['members:read', 'roles:read', 'groups:read', 'organization:leave'])],
]);

/** What whoever can do everything in the operators' own organization holds: everything, in every organization. */
export const OPERATOR: ReadonlySet<ManagementPermission> = new Set([...ofOrganizations, ...ofInstance]);

/** The slug of the built-in organization of the operators (R14). */
export const SYSTEM_ORGANIZATION = 'system';
