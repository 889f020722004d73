import { type Actor, SYSTEM_ORGANIZATION } from '../access/can.js';
import { conflict, invalid } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import { SLUG } from '../lib/patterns.js';
import type { Organization } from '../models/index.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { claimName, claimOwner, releaseName } from './claim-name.js';
import { event, type ServiceContext } from './context.js';
import { findableOrganization } from './copies.js';
import { insertMembership, settleMembership } from './join-organization.js';
import { defaultRoleIds, requireMayGive, singleMode } from './rules-of-roles.js';

const RESERVED = new Set([SYSTEM_ORGANIZATION, 'invitation', 'new']);

/** How many of one name are told apart by a number; then it is random letters. */
const MOST_NUMBERED = 20;
const RANDOM_ATTEMPTS = 3;
/** With the 55 of a name and a hyphen: what a slug holds. */
const RANDOM_LETTERS = 7;

export const isSlug = (value: string) => SLUG.test(value);
export const isReservedSlug = (value: string) => RESERVED.has(value);

/** A slug out of a name: `Hollis & Lane` becomes `hollis-lane`. Never empty. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 55)
    .replace(/^-+|-+$/g, '');
  return slug || 'organization';
}

export interface NewOrganization {
  name: string;
  /** Absent: made of the name, with a number where that is taken, or with random letters. */
  slug?: string | undefined;
  status?: Organization['status'] | undefined;
  joinPolicy?: Organization['joinPolicy'] | undefined;
  joinRequests?: boolean | undefined;
  /** Ids of roles that the caller has resolved. */
  defaultRoles?: string[] | undefined;
  roleMode?: Organization['roleMode'] | undefined;
  revokeOnDowngrade?: boolean | undefined;
  color?: Organization['color'] | undefined;
  metadata?: Record<string, string> | undefined;
  /** Who becomes its first member and administrator (R1). Absent: it waits for the first to join. */
  founder?: string | undefined;
}

/**
 * Makes an organization: the slug's claim decides, then the founder's membership with ids made beforehand, then the organization.
 * @throws RollcallError `slug_taken` for a given slug that another organization has, `invalid` for a malformed one.
 */
export async function createOrganization(
  context: ServiceContext,
  actor: Actor,
  wanted: NewOrganization,
): Promise<Organization> {
  const { models, clock } = context;
  const input = wanted.defaultRoles ? { ...wanted, defaultRoles: defaultRoleIds(wanted.defaultRoles) } : wanted;
  await checkDefaultRoles(context, actor, input);
  const id = newId('org');
  const slug = await claimSlug(context, input, id);
  const now = clock.now();
  try {
    const membership = input.founder ? await insertMembership(context, actor, id, input.founder) : undefined;
    const organization = await models.Organization.create({
      _id: id,
      slug,
      name: input.name,
      status: input.status ?? 'active',
      joinPolicy: input.joinPolicy ?? 'invite',
      ...(input.joinRequests === undefined ? {} : { joinRequests: input.joinRequests }),
      ...(input.roleMode ? { roleMode: input.roleMode } : {}),
      ...(input.revokeOnDowngrade === undefined ? {} : { revokeOnDowngrade: input.revokeOnDowngrade }),
      ...(input.color ? { color: input.color } : {}),
      ...(input.defaultRoles ? { defaultRoles: input.defaultRoles } : {}),
      ...(input.metadata ? { metadata: input.metadata } : {}),
      ...findableOrganization({ _id: id, name: input.name, slug }),
      founded: input.founder !== undefined,
      administrators: input.founder ? [input.founder] : [],
      createdAt: now,
      updatedAt: now,
      pendingEvents: [
        event(context, actor, 'organization.created', id, { organizationId: id, after: { slug, name: input.name } }),
      ],
    });
    if (membership) await settleMembership(context, membership);
    return organization.toObject();
  } catch (error) {
    await models.Membership.deleteMany({ organizationId: id }).catch(() => {});
    await releaseName(context, 'slug', slug, id).catch(() => {});
    throw error;
  }
}

/** Never `admin` (R15), one in single mode (R4), and nothing that the actor couldn't give by hand. */
async function checkDefaultRoles(
  { catalog }: ServiceContext,
  actor: Actor,
  { defaultRoles, roleMode }: NewOrganization,
): Promise<void> {
  const { roles, defaultRoles: inherited } = await catalog.current();
  if (roleMode === 'single' && (defaultRoles ?? inherited).length > 1)
    throw singleMode('Each member of this organization has exactly one role, so one is given by default.');
  if (!defaultRoles) return;
  if (defaultRoles.includes(ADMIN_ROLE_ID)) throw invalid('admin is never given by default.');
  requireMayGive(actor, null, { role: (id) => roles.get(id) }, defaultRoles);
}

async function claimSlug(context: ServiceContext, input: NewOrganization, id: string): Promise<string> {
  const exists = async (owner: string) => (await context.models.Organization.exists({ _id: owner })) !== null;
  if (input.slug !== undefined) {
    if (!isSlug(input.slug))
      throw invalid('A slug has 1 to 63 lower-case letters, digits and hyphens, none at its ends.');
    const owner = isReservedSlug(input.slug) ? undefined : await claimName(context, 'slug', input.slug, id, exists);
    if (owner !== id) throw conflict('slug_taken', `The slug ${input.slug} is taken.`);
    return input.slug;
  }
  const base = slugOf(input.name);
  const numbers = Array.from({ length: MOST_NUMBERED }, (_, index) => (index === 0 ? base : `${base}-${index + 1}`));
  // Names without Latin letters all have one slug: from some number on a search for a free one would take ever longer.
  const random = Array.from(
    { length: RANDOM_ATTEMPTS },
    () => `${base}-${newId('org').slice(-RANDOM_LETTERS).toLowerCase()}`,
  );
  for (const slug of [...numbers, ...random]) {
    if (isReservedSlug(slug)) continue;
    if ((await claimName(context, 'slug', slug, id, exists)) === id) return slug;
  }
  throw conflict('slug_taken', 'Too many organizations have this name. Choose another.');
}

/** An organization by slug or id, or undefined. */
export async function findOrganization(context: ServiceContext, slugOrId: string): Promise<Organization | undefined> {
  const id = slugOrId.startsWith('org_')
    ? slugOrId
    : isSlug(slugOrId)
      ? await claimOwner(context, 'slug', slugOrId)
      : undefined;
  return id ? ((await context.models.Organization.findById(id).lean()) ?? undefined) : undefined;
}
