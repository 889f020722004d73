import type { Configuration } from 'oidc-provider';

/** The standard claims of the scope `profile` (OIDC Core 5.4). */
export const PROFILE_CLAIMS = [
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'updated_at',
] as const;

/** What the tokens of product.md say of the organization. In the scope `openid`: no further scope is needed for roles. */
export const ORGANIZATION_CLAIMS = ['oid', 'roles', 'active_role', 'permissions'] as const;

/** Which scope gives which claims. A claim that isn't declared here vanishes from every token. */
export const claims: Configuration['claims'] = {
  openid: ['sub', 'auth_time', 'acr', 'amr', ...ORGANIZATION_CLAIMS],
  profile: [...PROFILE_CLAIMS, 'org_slug', 'org_name'],
  email: ['email', 'email_verified'],
};

export const ACR_PASSWORD = 'urn:rollcall:acr:password';

/** How a sign-in can have been made, as `acr` says it. */
export const ACR_VALUES: readonly string[] = [ACR_PASSWORD];
