/** The pages of an account and an organization, as somebody may open them who may do everything there. */

interface Things {
  slug: string;
  /** Memberships: of somebody with the role, and of somebody in the group. */
  holder: string;
  grouped: string;
  /** The key of a role of its own. */
  role: string;
  group: string;
  bulk: string;
  event: string;
}

/** By what each is about. */
export function addressesOf({ slug, holder, grouped, role, group, bulk, event }: Things): Record<string, string> {
  const at = `/organizations/${slug}`;
  const member = `${at}/members/${holder}`;
  return {
    'the overview': at,
    members: `${at}/members`,
    'nobody found': `${at}/members?q=zzz`,
    'a member': member,
    'a member’s groups': `${at}/members/${grouped}/groups`,
    'leaving a group': `${at}/members/${grouped}/groups/remove?group=${group}`,
    'a member’s sessions': `${member}/sessions`,
    'a member’s activity': `${member}/activity`,
    'removing a role': `${member}/roles/remove?remove=${role}`,
    'ending sessions': `${member}/end-sessions`,
    'suspending a member': `${member}/suspend`,
    'removing a member': `${member}/remove`,
    'a change of many': `${at}/bulk/new?action=give_role&everyone=1`,
    'what became of it': `${at}/bulk/${bulk}`,
    roles: `${at}/roles`,
    'making a role': `${at}/roles/new`,
    'a role': `${at}/roles/${role}`,
    'what a role allows': `${at}/roles/${role}/permissions`,
    'what a built-in role allows': `${at}/roles/admin/permissions`,
    'a role’s activity': `${at}/roles/${role}/activity`,
    'giving a role': `${at}/roles/${role}/give`,
    'editing a role': `${at}/roles/${role}/edit`,
    'deleting a role': `${at}/roles/${role}/delete`,
    groups: `${at}/groups`,
    'making a group': `${at}/groups/new`,
    'a group': `${at}/groups/${group}`,
    'removing somebody from a group': `${at}/groups/${group}/members/${grouped}/remove`,
    'a group’s roles': `${at}/groups/${group}/roles`,
    'a group’s activity': `${at}/groups/${group}/activity`,
    'editing a group': `${at}/groups/${group}/edit`,
    'deleting a group': `${at}/groups/${group}/delete`,
    activity: `${at}/audit`,
    'an event': `${at}/audit/${event}`,
    settings: `${at}/settings`,
    'one role for each member': `${at}/settings/role-mode`,
    'deleting an organization': `${at}/settings/delete`,
    invitations: `${at}/invitations`,
    'inviting somebody': `${at}/invitations/new`,
    'inviting many': `${at}/invitations/many`,
    domains: `${at}/domains`,
    'who asks to join': `${at}/requests`,
    'your account': '/account',
    security: '/account/security',
    sessions: '/account/sessions',
    applications: '/account/applications',
    notifications: '/account/notifications',
    'deleting an account': '/account/delete',
    'your organizations': '/account/organizations',
    'making an organization': '/account/organizations/new',
    'leaving an organization': `/account/organizations/${slug}/leave`,
  };
}
