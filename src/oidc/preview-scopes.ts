import type { Api, Application } from '../models/index.js';
import type { Standing } from '../services/load-standing.js';
import { isOwnScope } from './settings/scopes.js';

/** A scope that was asked for and isn't given, and why. */
export interface DroppedScope {
  scope: string;
  reason: string;
}

interface Facts {
  standing: Standing;
  application: Pick<Application, '_id'>;
  resource: Api | undefined;
  /** What the roles give at it. */
  given: readonly string[];
  /** What a token for the API may carry today; undefined without one. */
  reachable: readonly string[] | undefined;
}

/** What remains of the scopes that are asked for, as the library keeps them, and the reason for each that doesn't. */
export function grantedScopes(asked: readonly string[], facts: Facts): { granted: string[]; dropped: DroppedScope[] } {
  const possible = facts.reachable && new Set(facts.reachable);
  const remains = (scope: string) => (possible ? possible.has(scope) : isOwnScope(scope));
  const granted = asked.filter(remains);
  const dropped = asked.filter((scope) => !remains(scope)).map((scope) => ({ scope, reason: reasonFor(scope, facts) }));
  return { granted, dropped };
}

function reasonFor(scope: string, { standing, application, resource, given }: Facts): string {
  if (scope === 'offline_access') return 'it asks for a refresh token, and isn’t in an API’s access token';
  if (!resource) return 'it is no scope of OpenID Connect, and the token is for no API';
  if (!resource.permissions.some((permission) => permission.key === scope))
    return `it is unknown: the API ${resource._id} declares no such permission`;
  if (!given.includes(scope))
    return standing.organization
      ? `none of the user’s roles in ${standing.organization.slug} gives it`
      : 'roles give permissions, and there are none without an organization';
  return `the application ${application._id} may not ask for it`;
}
