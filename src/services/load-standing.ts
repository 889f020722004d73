import { activeRole, type HeldRole, heldRoles, permissionsFor } from '../access/effective-roles.js';
import { readOnce } from '../lib/read-once.js';
import type { Api, KnownGroup, Membership, Organization, Role, User } from '../models/index.js';
import type { CatalogSnapshot } from './catalog.js';
import type { ServiceContext } from './context.js';
import { settleMembership } from './join-organization.js';
import { vocabularyOf } from './vocabulary.js';

/** What a person is today: in one organization with roles, or, with `organization: null`, in none. */
export interface Standing {
  user: User;
  catalog: CatalogSnapshot;
  organization: Organization | null;
  membership: Membership | null;
  /** Effective roles, sorted by key; empty without an organization. */
  roles: Role[];
  /** The same with where each comes from: direct, by groups, until when (R3). */
  held: HeldRole<Role, KnownGroup>[];
  /** R9 without a requested role. */
  activeRole: string | undefined;
  /** The permissions that the roles give at an API. */
  permissionsAt(api: Pick<Api, 'permissions'>): string[];
}

/**
 * Reads today's standing; what every token, introspection and page is decided on (R6, R8).
 * @returns undefined where nothing may be given any more: the user isn't active, is no active member, or the organization isn't active.
 */
export function loadStanding(context: ServiceContext, who: Who): Promise<Standing | undefined> {
  return readOnce(`standing ${who.userId} ${who.organizationId}`, () => readStanding(context, who));
}

interface Who {
  userId: string;
  organizationId: string | null;
}

async function readStanding(context: ServiceContext, { userId, organizationId }: Who): Promise<Standing | undefined> {
  const { reads, catalog } = context;
  const [user, organization, found, snapshot] = await Promise.all([
    reads.user(userId),
    organizationId ? reads.organization(organizationId) : null,
    organizationId ? reads.membership(organizationId, userId) : null,
    catalog.current(),
  ]);
  if (user?.status !== 'active') return undefined;
  if (organizationId === null) return standing(user, snapshot, null, null, []);
  if (organization?.status !== 'active' || found?.status !== 'active') return undefined;
  if (!found.settled) {
    await settleMembership(context, found);
    return readStanding(context, { userId, organizationId });
  }
  return standing(user, snapshot, organization, found, await heldIn(context, snapshot, organization, found));
}

/** The effective roles of a member, the organization's own ones and those of groups included, with where each comes from. */
export async function heldIn(
  context: ServiceContext,
  snapshot: CatalogSnapshot,
  organization: Organization,
  membership: Membership,
): Promise<HeldRole<Role, KnownGroup>[]> {
  const vocabulary = await vocabularyOf(context, organization, snapshot);
  return heldRoles({ userId: membership.userId, organization, membership }, vocabulary, context.clock.now());
}

function standing(
  user: User,
  catalog: CatalogSnapshot,
  organization: Organization | null,
  membership: Membership | null,
  held: HeldRole<Role, KnownGroup>[],
): Standing {
  const roles = held.map(({ role }) => role);
  return {
    user,
    catalog,
    organization,
    membership,
    roles,
    held,
    activeRole: membership && organization ? activeRole({ membership }, roles) : undefined,
    permissionsAt: (api) => permissionsFor(roles, api.permissions),
  };
}
