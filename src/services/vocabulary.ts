/**
 * The roles and groups of an organization, for deciding. Its own ones are kept by each process under a number in the organization's
 * document, as the catalog keeps what is instance-wide: who decides reads that document anyway, so a change is seen at once and costs
 * no query while there is none.
 */
import type { Vocabulary } from '../access/effective-roles.js';
import { forgetReads, readOnce } from '../lib/read-once.js';
import type { KnownGroup, Models, Organization, Role } from '../models/index.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import type { CatalogSnapshot } from './catalog.js';
import type { ServiceContext } from './context.js';

/** What a `KnownGroup` has. */
const KNOWN = { organizationId: 1, name: 1, nameKey: 1, roles: 1 } as const;

/** An organization's own roles, with the markers of those that are gone, and its groups. */
export interface OwnVocabulary {
  roles: ReadonlyMap<string, Role>;
  groups: ReadonlyMap<string, KnownGroup>;
}

export interface OrganizationVocabulary extends Vocabulary<Role, KnownGroup>, OwnVocabulary {}

/** An organization as far as its vocabulary goes. */
export type VocabularyOwner = Pick<Organization, '_id' | 'vocabulary' | 'vocabularyChangedAt' | 'defaultRoles'>;

const EMPTY: OwnVocabulary = { roles: new Map(), groups: new Map() };
/** Organizations whose vocabulary a process keeps. */
const MOST_KEPT = 2000;
/**
 * The number is raised before a change is written and once more after it. For this long after the first nothing is kept, so that what a
 * writer leaves who dies between is seen too.
 */
const SETTLING_MS = 60_000;

/** Reads an organization's own roles and groups, or has them. */
export type ReadOwnVocabulary = (organization: VocabularyOwner) => Promise<OwnVocabulary>;

export function createVocabularies(models: Models, now: () => Date): ReadOwnVocabulary {
  const kept = new Map<string, { version: number; own: OwnVocabulary }>();

  async function load(organizationId: string): Promise<OwnVocabulary> {
    const [roles, groups] = await Promise.all([
      models.Role.find({ organizationId }, { pendingEvents: 0 }).lean(),
      models.Group.find({ organizationId, deletedAt: { $exists: false } }, KNOWN).lean<KnownGroup[]>(),
    ]);
    return {
      roles: new Map(roles.map((role) => [role._id, role])),
      groups: new Map(groups.map((group) => [group._id, group])),
    };
  }

  return async function own({ _id, vocabulary, vocabularyChangedAt }) {
    // Never raised: it has none.
    if (vocabulary === undefined) return EMPTY;
    const present = kept.get(_id);
    kept.delete(_id);
    if (present?.version === vocabulary) {
      kept.set(_id, present);
      return present.own;
    }
    const loaded = await readOnce(`vocabulary ${_id} ${vocabulary}`, () => load(_id));
    if (vocabularyChangedAt && now().getTime() - vocabularyChangedAt.getTime() < SETTLING_MS) return loaded;
    kept.set(_id, { version: vocabulary, own: loaded });
    const oldest = kept.size > MOST_KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return loaded;
  };
}

/** What ids of roles and groups mean in an organization. */
export async function vocabularyOf(
  context: ServiceContext,
  organization: VocabularyOwner,
  known?: CatalogSnapshot,
): Promise<OrganizationVocabulary> {
  const [snapshot, own] = await Promise.all([known ?? context.catalog.current(), context.ownVocabulary(organization)]);
  return {
    ...own,
    role: (id) => snapshot.roles.get(id) ?? own.roles.get(id),
    group: (id) => own.groups.get(id),
    adminRoleId: ADMIN_ROLE_ID,
    defaultRoleId: (organization.defaultRoles ?? snapshot.defaultRoles)[0],
  };
}

/** The roles that members can hold in an organization, by name: the instance's and its own, without the markers of those that are gone. */
export const rolesHere = (snapshot: Pick<CatalogSnapshot, 'roles'>, { roles }: Pick<OwnVocabulary, 'roles'>): Role[] =>
  [...snapshot.roles.values(), ...roles.values()]
    .filter((role) => !role.deleted)
    .sort((a, b) => a.name.localeCompare(b.name) || (a.key < b.key ? -1 : 1));

/** Changes an organization's own roles or groups, so that every process sees it at once. @param organizationId null: the catalog's are changed */
export async function changingVocabulary<T>(
  { models, clock, catalog }: ServiceContext,
  organizationId: string | null,
  change: () => Promise<T>,
): Promise<T> {
  if (organizationId === null) return change().finally(() => catalog.changed());
  const raise = async () => {
    await models.Organization.updateOne(
      { _id: organizationId },
      { $inc: { vocabulary: 1 }, $set: { vocabularyChangedAt: clock.now() } },
    );
    forgetReads();
  };
  await raise();
  return change().finally(raise);
}
