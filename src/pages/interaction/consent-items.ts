import type { Application } from '../../models/index.js';
import { claimsAskedFor, consentsToGive, type Login } from '../../oidc/interaction.js';
import { apiAt } from '../../oidc/management-api.js';
import type { Runtime } from '../../oidc/runtime.js';
import { permissionsToday } from '../../oidc/settings/resources.js';
import { askedRole, splitScope } from '../../oidc/settings/scopes.js';
import { consentTo } from '../../services/consents.js';
import type { Standing } from '../../services/load-standing.js';

const list = new Intl.ListFormat('en');

/** One line of the consent page. */
export interface ConsentItem {
  icon: string;
  title: string;
  text: string;
}

/** What is asked for, in words: who you are, your roles, the one to act in, each API's permissions, access while you are away. */
export function consentItems(
  runtime: Runtime,
  login: Login,
  application: Application,
  standing: Standing,
): ConsentItem[] {
  return [
    identity(login, standing),
    ...roles(login, standing),
    ...permissions(runtime, login, application, standing),
    ...(splitScope(login.params.scope).includes('offline_access')
      ? [{ icon: 'refresh-cw', title: 'Keep access while you are away', text: 'Until you take it back' }]
      : []),
  ];
}

/** Single claims as a person knows them; those that only say something about the sign-in or another claim are left out. */
const CLAIM_WORDS: Record<string, string> = {
  name: 'Your name',
  given_name: 'Your given name',
  family_name: 'Your family name',
  middle_name: 'Your middle name',
  nickname: 'Your nickname',
  preferred_username: 'Your user name',
  profile: 'Your profile page',
  picture: 'Your picture',
  website: 'Your website',
  gender: 'Your gender',
  birthdate: 'Your birthday',
  zoneinfo: 'Your time zone',
  locale: 'Your language',
};

function identity(login: Login, { user }: Standing): ConsentItem {
  const scopes = new Set(splitScope(login.params.scope));
  const claims = new Set(claimsAskedFor(login));
  const words = Object.entries(CLAIM_WORDS).filter(([name]) => claims.has(name) && !scopes.has('profile'));
  const known = [
    ...(scopes.has('profile') ? ['Your name'] : []),
    ...words.map(([, word], index) => (index === 0 ? word : word.replace(/^Your/, 'your'))),
    ...(scopes.has('email') || claims.has('email') ? [user.email] : []),
  ];
  return { icon: 'user', title: 'Know who you are', text: known.length ? list.format(known) : 'That it is you' };
}

function roles(login: Login, { organization, roles: held }: Standing): ConsentItem[] {
  if (!organization) return [];
  const now = held.length ? `Now ${list.format(held.map((role) => role.name))}.` : 'You have no role there yet.';
  const seen = {
    icon: 'shield-check',
    title: `See your roles at ${organization.name}`,
    text: `${now} Not in your other organizations.`,
  };
  const key = askedRole(login.params.scope);
  const role = held.find((one) => one.key === key);
  if (!role) return [seen];
  return [
    seen,
    { icon: 'user-check', title: `Act as ${role.name}`, text: `At ${organization.name}, while you have this role` },
  ];
}

/** Those that the person's roles back, and those that were backed when the question came up: what is allowed here was read here. */
function permissions(runtime: Runtime, login: Login, application: Application, standing: Standing): ConsentItem[] {
  const asked = new Set(splitScope(login.params.scope));
  const asking = new Set(consentsToGive(login));
  const text = standing.organization
    ? `Only while your roles at ${standing.organization.name} allow it`
    : 'Only while your roles allow it';
  const apis = [login.params.resource ?? application.defaultApi ?? undefined]
    .flat()
    .map((identifier) => apiAt(runtime, standing.catalog, identifier))
    .filter((api) => api !== undefined);
  return apis.flatMap((api) => {
    const backed = new Set(permissionsToday(runtime, application, api, standing) ?? []);
    return api.permissions
      .filter(({ key }) => asked.has(key) && (backed.has(key) || asking.has(consentTo.permission(api._id, key))))
      .map(({ key, description }) => ({
        icon: 'scroll-text',
        title: description ?? key,
        text: apis.length > 1 ? `At ${api.name}. ${text}` : text,
      }));
  });
}
