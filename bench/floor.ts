/**
 * The floor: oidc-provider alone with its memory adapter and the same clients, APIs and lifetimes. It signs in whoever comes, for its
 * people have no passwords and no roles. A process of its own: prints its address once it listens.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { API_NAMES, APIS, appOf, CALLBACK, introspectorOf, machineOf, PERMISSIONS, SECRET } from './world.js';

const scope = PERMISSIONS.join(' ');
const byIdentifier = new Map(API_NAMES.map((name) => [APIS[name].identifier as string, APIS[name]]));
const apiOf = new Map(
  API_NAMES.flatMap((name) => [machineOf(name), appOf(name)].map((id) => [id, APIS[name].identifier as string])),
);

async function key(alg: 'RS256' | 'ES256') {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg };
}

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
let people = 0;

const configuration = {
  jwks: { keys: [await key('RS256'), await key('ES256')] },
  cookies: { keys: [SECRET] },
  scopes: ['openid', 'offline_access'],
  clients: API_NAMES.flatMap((name) => [
    {
      client_id: machineOf(name),
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
    {
      client_id: appOf(name),
      client_secret: SECRET,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [CALLBACK],
    },
    { client_id: introspectorOf(name), client_secret: SECRET, grant_types: [], response_types: [], redirect_uris: [] },
  ]),
  routes: {
    authorization: '/oauth2/authorize',
    token: '/oauth2/token',
    introspection: '/oauth2/introspect',
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_ctx: unknown, client: { clientId: string }) => apiOf.get(client.clientId),
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_ctx: unknown, identifier: string) => {
        const api = byIdentifier.get(identifier);
        return {
          scope,
          audience: identifier,
          accessTokenTTL: 300,
          accessTokenFormat: api?.tokenFormat,
          ...(api?.tokenFormat === 'jwt' ? { jwt: { sign: { alg: api.accessTokenSigningAlg } } } : {}),
        };
      },
    },
  },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  expiresWithSession: async () => false,
  interactions: { url: (_ctx: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (ctx: KoaContextWithOIDC) => {
    const { client, session, account } = ctx.oidc;
    const grantId = session?.grantIdFor(client?.clientId as string);
    if (grantId) return ctx.oidc.provider.Grant.find(grantId);
    const grant = new ctx.oidc.provider.Grant({ accountId: account?.accountId, clientId: client?.clientId });
    grant.addOIDCScope('openid offline_access');
    grant.addResourceScope(apiOf.get(client?.clientId as string) as string, scope);
    await grant.save();
    return grant;
  },
  findAccount: async (_ctx: unknown, accountId: string) => ({ accountId, claims: async () => ({ sub: accountId }) }),
  pkce: { required: () => true },
  ttl: {
    AccessToken: 300,
    AuthorizationCode: 60,
    ClientCredentials: 300,
    Grant: 14 * 86_400,
    IdToken: 300,
    Interaction: 3600,
    RefreshToken: 14 * 86_400,
    Session: 12 * 3600,
  },
};

const provider = new Provider(issuer, configuration as unknown as Configuration);
const callback = provider.callback();
server.on('request', async (request, response) => {
  if (!request.url?.startsWith('/interaction/')) return callback(request, response);
  const login = { accountId: `person-${people++}` };
  await provider.interactionFinished(request, response, { login });
});
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ event: 'ready', issuer })}\n`);
