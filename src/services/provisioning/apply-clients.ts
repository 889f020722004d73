import { conflict } from '../../lib/errors.js';
import type { Api, Application } from '../../models/index.js';
import { credentialsOf } from './check-credentials.js';
import { changeEvent, differences } from './differences.js';
import { propertiesOf, property, type Step } from './plan.js';
import type { ApiEntry, ApplicationEntry } from './schema.js';
import { secretHashOf } from './secrets.js';
import type { StoredState } from './state.js';
import { tokenToEnd } from './take-over.js';

export const API_DEFAULTS = {
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
  };
  const introspection = introspectionOf(entry, stored);
  const change = {
    ...differences<Api>(stored ?? {}, wanted),
    ...differences<{ introspection: Api['introspection'] | null }>(
      { introspection: stored?.introspection },
      { introspection },
    ),
  };
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

/** Without a secret of its own the entry keeps the one that is stored; null takes the API's right to introspect. */
function introspectionOf({ introspection }: ApiEntry, stored: Api | undefined): Api['introspection'] | null {
  if (!introspection) return introspection;
  const secretHash = secretHashOf(introspection) ?? stored?.introspection?.secretHash;
  return secretHash ? { clientId: introspection.clientId, secretHash } : undefined;
}

export function planApplication(state: StoredState, entry: ApplicationEntry, path: string): Step[] {
  const stored = state.applications.get(entry.clientId);
  const { clientId, clientSecret: _s, clientSecretHash: _h, claims: _c, ...rest } = entry;
  const secretHash = secretHashOf(entry);
  const { method, jwks, jwksUri } = credentialsOf(entry, stored);
  const wanted: Partial<Application> = {
    ...rest,
    tokenEndpointAuthMethod: method,
    jwks,
    jwksUri,
    ...(secretHash ? { secretHash } : {}),
  };
  const change = differences<Application>(stored ?? {}, wanted);
  const ended = tokenToEnd(stored, change);
  if (stored && !ended && Object.keys(change).length === 0) return [];
  return [
    {
      path,
      verb: stored ? 'change' : 'create',
      object: `the application ${clientId}`,
      properties: [...propertiesOf(stored, change), ...(ended ? [property('selfManaged', true, false)] : [])],
      async run(execution) {
        const { models, clock } = execution.context;
        const now = clock.now();
        const action = stored ? 'application.changed' : 'application.created';
        const event = changeEvent(execution.context, action, clientId, {
          ...change,
          ...(ended ? { selfManaged: false } : {}),
        });
        const result = await models.Application.updateOne(
          { _id: clientId, ...(ended ? { 'registration.tokenHash': ended } : {}) },
          {
            $setOnInsert: { createdAt: now, ...(stored ? {} : omit(applicationDefaults(entry.type ?? 'web'), change)) },
            $set: { ...change, updatedAt: now },
            ...(ended ? { $unset: { 'registration.tokenHash': 1, 'registration.unusedSince': 1 } } : {}),
            $push: { pendingEvents: event },
          },
          { upsert: !ended },
        );
        // What it has become isn't what the plan has looked at: the token is a new one with each change that it makes.
        if (ended && result.matchedCount !== 1)
          throw conflict('changed_meanwhile', `the application ${clientId} changed its registration meanwhile`);
        execution.catalogChanges();
      },
    },
  ];
}

/** contract.md's defaults, which depend on the type alone. */
export function applicationDefaults(type: Application['type']): Partial<Application> {
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
