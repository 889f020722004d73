import { errors } from 'oidc-provider';
import { SYSTEM_ORGANIZATION } from '../access/can.js';
import type { Application, Organization } from '../models/index.js';
import { findOrganization } from '../services/create-organization.js';
import { invitationToJoin } from '../services/invitations/find-invitation.js';
import { mayAskToJoin, mayJoin } from '../services/join-policy.js';
import { actable, listMemberships } from '../services/list-memberships.js';
import { loadStanding, type Standing } from '../services/load-standing.js';
import { managementIdentifier } from './management-api.js';
import type { OidcContext, Runtime } from './runtime.js';

/** Which organization a login is for (R7), or what the person has to be asked first. */
export type LoginOrganization =
  | { kind: 'decided'; standing: Standing }
  /** A person of several: the picker. */
  | { kind: 'choose' }
  /** The request names one that they aren't in but may join. */
  | { kind: 'join'; organization: Organization }
  /** The same, but that they may only ask to. */
  | { kind: 'ask'; organization: Organization }
  /** They are in none. */
  | { kind: 'create' };

/** What a request says about its organization. */
export interface Wish {
  /** By slug or id. */
  named: string | undefined;
  /** By id; null: none. */
  picked: string | null | undefined;
  /** Whether it is for this server's own API and no other. */
  forOwnApi: boolean;
  /** Whether nobody may be asked anything (`prompt=none`). */
  silent?: boolean;
}

/** The same words for an organization that doesn't exist and one that is closed to this person. */
const refused = () =>
  new errors.AccessDenied(
    'you are not a member of the organization that was asked for',
    'no active membership, and it may not be joined',
  );

/**
 * Decides R7: what the request names wins, always; then what was picked in this login; then the only one.
 * @throws AccessDenied where the named organization is unknown or closed to this person.
 */
export async function organizationOfLogin(
  { services }: Runtime,
  application: Pick<Application, 'organization'>,
  userId: string,
  { named, picked, forOwnApi, silent = false }: Wish,
): Promise<LoginOrganization> {
  if (application.organization === 'none')
    return decided(await loadStanding(services, { userId, organizationId: null }));
  if (named !== undefined && named !== '') {
    const organization = await findOrganization(services, named);
    // R7: `system` is for this server's own pages and API.
    const isSystem = organization?.slug === SYSTEM_ORGANIZATION;
    if (!organization || (isSystem && !forOwnApi)) throw refused();
    const standing = await loadStanding(services, { userId, organizationId: organization._id });
    if (standing) return { kind: 'decided', standing };
    const member = await services.reads.membership(organization._id, userId);
    if (member || isSystem) throw refused();
    if (await mayBeJoined(services, organization, userId)) return { kind: 'join', organization };
    // What they could only ask for, nobody waits for.
    if (!silent && (await mayAskToJoin(services, organization, userId))) return { kind: 'ask', organization };
    throw refused();
  }
  if (picked === null && application.organization === 'optional') {
    return decided(await loadStanding(services, { userId, organizationId: null }));
  }
  const mine = actable(await listMemberships(services, userId));
  const chosen =
    mine.find(({ organization }) => organization._id === picked) ?? (mine.length === 1 ? mine[0] : undefined);
  if (chosen) return decided(await loadStanding(services, { userId, organizationId: chosen.organization._id }));
  return mine.length > 0 ? { kind: 'choose' } : { kind: 'create' };
}

/** As everybody may, or by an invitation that waits for them (R10). */
const mayBeJoined = async (services: Runtime['services'], organization: Organization, userId: string) =>
  (await mayJoin(services, organization, userId)) ||
  (organization.status === 'active' && (await invitationToJoin(services, userId, organization._id)) !== undefined);

function decided(standing: Standing | undefined): LoginOrganization {
  if (!standing) throw refused();
  return { kind: 'decided', standing };
}

/** The request's own wish and the interaction's answer, as the library's context holds them. */
export function wishOf({ issuer }: Pick<Runtime, 'issuer'>, { oidc }: OidcContext): Wish {
  const resources = [oidc.params.resource ?? []].flat();
  return {
    named: oidc.params.organization,
    picked: oidc.result?.organization?.id,
    silent: oidc.prompts?.has('none') ?? false,
    forOwnApi: resources.length > 0 && resources.every((one) => one === managementIdentifier(issuer)),
  };
}
