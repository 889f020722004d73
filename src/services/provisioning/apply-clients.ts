import { hashSecret } from '../../lib/secrets.js';
import type { Api, Application } from '../../models/index.js';
import { credentialsOf } from './check-credentials.js';
import { changeEvent, differences } from './differences.js';
import { propertiesOf, type Step } from './plan.js';
import type { ApiEntry, ApplicationEntry } from './schema.js';
import type { StoredState } from './state.js';

const API_DEFAULTS = {
  permissions: [],
  tokenFormat: 'jwt',
  accessTokenSigningAlg: 'RS256',
  accessTokenTtl: 300,
} as const;

export function planApi(state: StoredState, entry: ApiEntry, path: string): Step[] {
  const stored = state.apis.get(entry.identifier);
  const wanted: Partial<Api> = {
    name: entry.name,
    permissions: entry.permissions?.map(({ key, description, operatorsOnly }) => ({
      key,
      ...(description === undefined ? {} : { description }),
      operatorsOnly: operatorsOnly ?? false,
    })),
    tokenFormat: entry.tokenFormat,
    accessTokenSigningAlg: entry.accessTokenSigningAlg,
    accessTokenTtl: entry.accessTokenTtl,
    introspection: entry.introspection
      ? { clientId: entry.introspection.clientId, secretHash: hashSecret(entry.introspection.clientSecret) }
      : undefined,
  };
  const change = differences<Api>(stored ?? {}, wanted);
  if (stored && Object.keys(change).length === 0) return [];
  return [
    {
      path,
      verb: stored ? 'change' : 'create',
      object: `the API ${entry.identifier}`,
      properties: propertiesOf(stored, change),
      async run(execution) {
        const { models, clock } = execution.context;
        const now = clock.now();
        const action = stored ? 'api.changed' : 'api.created';
        await models.Api.updateOne(
          { _id: entry.identifier },
          {
            $setOnInsert: { createdAt: now, ...(stored ? {} : omit(API_DEFAULTS, change)) },
            $set: { ...change, updatedAt: now },
            $push: { pendingEvents: changeEvent(execution.context, action, entry.identifier, change) },
          },
          { upsert: true },
        );
        execution.catalogChanges();
      },
    },
  ];
}

export function planApplication(state: StoredState, entry: ApplicationEntry, path: string): Step[] {
  const stored = state.applications.get(entry.clientId);
  const { clientId, clientSecret, claims: _c, ...rest } = entry;
  const { method, jwks, jwksUri } = credentialsOf(entry, stored);
  const wanted: Partial<Application> = {
    ...rest,
    tokenEndpointAuthMethod: method,
    jwks,
    jwksUri,
    ...(clientSecret ? { secretHash: hashSecret(clientSecret) } : {}),
  };
  const change = differences<Application>(stored ?? {}, wanted);
  if (stored && Object.keys(change).length === 0) return [];
  return [
    {
      path,
      verb: stored ? 'change' : 'create',
      object: `the application ${clientId}`,
      properties: propertiesOf(stored, change),
      async run(execution) {
        const { models, clock } = execution.context;
        const now = clock.now();
        const action = stored ? 'application.changed' : 'application.created';
        await models.Application.updateOne(
          { _id: clientId },
          {
            $setOnInsert: { createdAt: now, ...(stored ? {} : omit(applicationDefaults(entry.type ?? 'web'), change)) },
            $set: { ...change, updatedAt: now },
            $push: { pendingEvents: changeEvent(execution.context, action, clientId, change) },
          },
          { upsert: true },
        );
        execution.catalogChanges();
      },
    },
  ];
}

/** contract.md's defaults, which depend on the type alone. */
function applicationDefaults(type: Application['type']): Partial<Application> {
  return {
    type,
    firstParty: false,
    redirectUris: [],
    postLogoutRedirectUris: [],
    profileClaimsIn: 'id_token',
    grantTypes: type === 'machine' ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    organization: 'required',
    idTokenSigningAlg: 'RS256',
    requirePkce: true,
    requirePar: false,
    requireDpop: false,
  };
}

const omit = (values: object, keys: object) =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !(key in keys)));
