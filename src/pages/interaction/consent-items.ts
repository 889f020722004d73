import type { Application } from '../../models/index.js';
import { claimsAskedFor, consentsToGive, type Login } from '../../oidc/interaction.js';
import { apiAt } from '../../oidc/management-api.js';
import type { Runtime } from '../../oidc/runtime.js';
import { permissionsToday } from '../../oidc/settings/resources.js';
import { askedRole, splitScope } from '../../oidc/settings/scopes.js';
import { consentTo } from '../../services/consents.js';
import type { Standing } from '../../services/load-standing.js';
import type { Texts } from '../../texts/catalogue.js';

/** One line of the consent page. */
export interface ConsentItem {
  icon: string;
  title: string;
  text: string;
}

/** What is asked for, in words: who you are, your roles, the one to act in, each API's permissions, access while you are away. */
export function consentItems(
  texts: Texts,
  runtime: Runtime,
  login: Login,
  application: Application,
  standing: Standing,
): ConsentItem[] {
  const { t } = texts;
  return [
    identity(texts, login, standing),
    ...roles(texts, login, standing),
    ...permissions(texts, runtime, login, application, standing),
    ...(splitScope(login.params.scope).includes('offline_access')
      ? [{ icon: 'refresh-cw', title: t('consent-away'), text: t('consent-away-text') }]
      : []),
  ];
}

/** Single claims as a person knows them; those that only say something about the sign-in or another claim are left out. */
const CLAIM_WORDS: Readonly<Record<string, string>> = {
  name: 'claim-name',
  given_name: 'claim-given_name',
  family_name: 'claim-family_name',
  middle_name: 'claim-middle_name',
  nickname: 'claim-nickname',
  preferred_username: 'claim-preferred_username',
  profile: 'claim-profile',
  picture: 'claim-picture',
  website: 'claim-website',
  gender: 'claim-gender',
  birthdate: 'claim-birthdate',
  zoneinfo: 'claim-zoneinfo',
  locale: 'claim-locale',
};

function identity({ t, list }: Texts, login: Login, { user }: Standing): ConsentItem {
  const scopes = new Set(splitScope(login.params.scope));
  const claims = new Set(claimsAskedFor(login));
  const named = Object.entries(CLAIM_WORDS).filter(([name]) =>
    scopes.has('profile') ? name === 'name' : claims.has(name),
  );
  const known = [
    ...named.map(([, key], at) => t(key, { place: at === 0 ? 'first' : 'later' })),
    ...(scopes.has('email') || claims.has('email') ? [user.email] : []),
  ];
  return {
    icon: 'user',
    title: t('consent-identity'),
    text: known.length ? list(known) : t('consent-identity-alone'),
  };
}

function roles({ t, list }: Texts, login: Login, { organization, roles: held }: Standing): ConsentItem[] {
  if (!organization) return [];
  const seen = {
    icon: 'shield-check',
    title: t('consent-roles', { organization: organization.name }),
    text: held.length ? t('consent-roles-now', { roles: list(held.map(({ name }) => name)) }) : t('consent-roles-none'),
  };
  const key = askedRole(login.params.scope);
  const role = held.find((one) => one.key === key);
  if (!role) return [seen];
  return [
    seen,
    {
      icon: 'user-check',
      title: t('consent-act-as', { role: role.name }),
      text: t('consent-act-as-text', { organization: organization.name }),
    },
  ];
}

/** Those that the person's roles back, and those that were backed when the question came up: what is allowed here was read here. */
function permissions(
  { t }: Texts,
  runtime: Runtime,
  login: Login,
  application: Application,
  standing: Standing,
): ConsentItem[] {
  const asked = new Set(splitScope(login.params.scope));
  const asking = new Set(consentsToGive(login));
  const { organization } = standing;
  const text = organization
    ? t('consent-permission-text-at', { organization: organization.name })
    : t('consent-permission-text');
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
        text: apis.length > 1 ? t('consent-permission-of', { api: api.name, text }) : text,
      }));
  });
}
