/** What both sides hold: the same clients, APIs and people, so that both do the same work. */
import { createHash } from 'node:crypto';

export const SECRET = 'a-secret-for-the-benchmark-alone';
export const PASSWORD = 'correct horse battery staple';
export const CALLBACK = 'https://app.example.test/callback';
export const VERIFIER = 'a'.repeat(43);
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

/** By what the benchmark calls them. */
export const APIS = {
  es256: { identifier: 'https://es256.example.test', tokenFormat: 'jwt', accessTokenSigningAlg: 'ES256' },
  rs256: { identifier: 'https://rs256.example.test', tokenFormat: 'jwt', accessTokenSigningAlg: 'RS256' },
  opaque: { identifier: 'https://opaque.example.test', tokenFormat: 'opaque', accessTokenSigningAlg: 'RS256' },
} as const;

export type ApiName = keyof typeof APIS;
export const API_NAMES = Object.keys(APIS) as ApiName[];
export const PERMISSIONS = ['invoices:read', 'invoices:write'];

export const machineOf = (api: ApiName) => `machine-${api}`;
export const appOf = (api: ApiName) => `app-${api}`;
export const introspectorOf = (api: ApiName) => `api-${api}`;
export const MANAGER = 'machine-management';
export const emailOf = (number: number) => `person-${number}@example.test`;

export const basic = (clientId: string) => `Basic ${Buffer.from(`${clientId}:${SECRET}`).toString('base64')}`;

/** Rollcall's side, as a provisioning file. */
export const provisioningFile = (people: number) => ({
  apis: API_NAMES.map((name) => ({
    ...APIS[name],
    name,
    permissions: PERMISSIONS.map((key) => ({ key })),
    introspection: { clientId: introspectorOf(name), clientSecret: SECRET },
  })),
  applications: API_NAMES.flatMap((name): object[] => [
    { clientId: machineOf(name), clientSecret: SECRET, name, type: 'machine', defaultApi: APIS[name].identifier },
    {
      clientId: appOf(name),
      clientSecret: SECRET,
      name,
      firstParty: true,
      redirectUris: [CALLBACK],
      defaultApi: APIS[name].identifier,
    },
  ]).concat({
    clientId: MANAGER,
    clientSecret: SECRET,
    name: MANAGER,
    type: 'machine',
    permissions: [{ api: 'management', permissions: ['*'] }],
  }),
  roles: [
    { key: 'billing', name: 'Billing', permissions: ['invoices:read'] },
    { key: 'auditor', name: 'Auditor' },
  ],
  organizations: [{ slug: 'acme', name: 'Acme' }],
  users: Array.from({ length: people }, (_, number) => ({
    email: emailOf(number),
    name: `Person ${number}`,
    emailVerified: true,
    password: PASSWORD,
    memberships: [{ organization: 'acme', roles: number === 0 ? ['admin'] : ['member', 'billing'] }],
  })),
});
