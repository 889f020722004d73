/** Where each claim of a token comes from, in words for operators. */
import type { Api, Role } from '../models/index.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { managementIdentifier, permissionsGiven } from './management-api.js';
import type { Preview, PreviewedClaim } from './preview.js';
import { PROFILE_CLAIMS } from './settings/claims.js';
import { roleScopeOf } from './settings/scopes.js';

export type Use = 'id_token' | 'access_token' | 'introspection';

const PROFILE = new Set<string>(PROFILE_CLAIMS);

const ORIGINS: Record<string, (made: Preview, use: Use, value: unknown) => string> = {
  sub: () => 'the user’s id',
  oid: () => 'the organization’s id',
  org_slug: () => 'the organization, by the scope profile',
  org_name: () => 'the organization, by the scope profile',
  roles: rolesOrigin,
  active_role: activeRoleOrigin,
  permissions: permissionsOrigin,
  email: () => 'the user, by the scope email',
  email_verified: () => 'the user, by the scope email',
  username: () => 'the user’s email address',
  scope: () => 'asked for, allowed for the application, and backed by a role',
  client_id: () => 'the application',
  aud: () => 'the API',
  active: () => 'user, membership, organization and application are active',
};

/** @param value the claim's, for those that are explained part by part */
export function originOf(made: Preview, use: Use, claim: string, value: unknown): string {
  const origin = Object.hasOwn(ORIGINS, claim) ? ORIGINS[claim] : undefined;
  if (origin) return origin(made, use, value);
  return PROFILE.has(claim) ? 'the user, by the scope profile' : 'this server';
}

/** R3: each role with how it is held: directly, by groups, until when. */
function rolesOrigin({ standing }: Preview): string {
  if (standing.held.length === 0) return 'the member has no role';
  return standing.held.map((held) => `${held.role.key}: ${heldHow(held)}`).join('; ');
}

function heldHow({ role, direct, groups }: Preview['standing']['held'][number]): string {
  const own = role.organizationId ? ['the organization’s own role'] : [];
  const seat = direct && !direct.until && role._id === ADMIN_ROLE_ID;
  return [
    ...(direct ? [`direct${ending(direct.until)}${seat ? ', built in' : ''}`] : []),
    ...groups.map(({ group, until }) => `by the group ${group.name}${ending(until)}`),
    ...own,
    ...(seat ? ['one of the organization’s administrators'] : []),
  ].join(', ');
}

const ending = (until: Date | undefined) => (until ? ` until ${until.toISOString()}` : '');

function activeRoleOrigin({ standing, scope }: Preview): string {
  const asked = roleScopeOf(scope.join(' '));
  if (asked) return `asked for by the scope ${asked}`;
  const preferred = standing.roles.find((role) => role._id === standing.membership?.defaultRole);
  return preferred?.key === standing.activeRole ? 'the membership’s default role' : 'the first of the roles';
}

/** Each with the roles that give it. In an ID token they are the default API's. */
function permissionsOrigin(made: Preview, use: Use, value: unknown): string {
  const { standing, application, resource } = made;
  const { apis } = standing.catalog;
  const standard = application.defaultApi ? apis.get(application.defaultApi) : undefined;
  const api = use === 'id_token' ? standard : (resource ?? standard);
  if (!api) return 'the application has no default API';
  const given = (value as string[]).map((key) => {
    const roles = standing.roles.filter((role) => gives(made, role, api, key)).map((role) => role.key);
    return `${key}: role ${roles.join(', ')}`;
  });
  return given.length ? `${given.join('; ')} (at ${api._id})` : `no role gives any at ${api._id}`;
}

/** At this server's own API by itself, for what built-in roles carry there stands in no role. */
const gives = ({ runtime, standing }: Preview, role: Role, api: Api, key: string) =>
  api._id === managementIdentifier(runtime.issuer)
    ? permissionsGiven(runtime, { ...standing, roles: [role] }, api).includes(key)
    : role.permissions.includes(key);

/** What only issuing a token knows, by token. */
const AT_ISSUE: Record<Use, Record<string, string>> = {
  id_token: {
    iss: 'this server',
    aud: 'the application',
    azp: 'the application',
    nonce: 'the authorization request',
    auth_time: 'when the person signed in',
    acr: 'how strongly the person signed in',
    amr: 'how the person signed in',
    sid: 'the browser’s session',
    at_hash: 'the access token',
    iat: 'when it is issued',
    exp: 'when it is issued',
    jti: 'when it is issued',
  },
  access_token: {
    iss: 'this server',
    jti: 'when it is issued',
    iat: 'when it is issued',
    exp: 'when it is issued, and the API’s lifetime of tokens',
    auth_time: 'when the person signed in',
    acr: 'how strongly the person signed in',
    amr: 'how the person signed in',
    sid: 'the browser’s session',
    gid: 'the grant of the login',
  },
  introspection: {
    iss: 'this server',
    jti: 'the token',
    iat: 'the token',
    exp: 'the token',
    sid: 'the browser’s session',
    token_type: 'the token',
  },
};

export const protocolClaims = ({ runtime, application }: Preview, use: Use): PreviewedClaim[] =>
  Object.entries(AT_ISSUE[use]).map(([name, from]) => {
    if (name === 'iss') return { name, value: runtime.issuer, from };
    if (use === 'id_token' && (name === 'aud' || name === 'azp')) return { name, value: application._id, from };
    return { name, from };
  });
