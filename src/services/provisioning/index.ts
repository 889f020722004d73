/**
 * Provisioning (contract.md): a file of declared state. It is checked whole (its shape, then its references and the rules, against the
 * file and the store) before anything is written. What it names is made so; what it doesn't name is left alone, a property that isn't
 * said too. Applying it twice changes nothing. Administrators are added before any is taken; should a rule refuse nevertheless, for
 * the state changed meanwhile, the error says what was applied, and a second run completes it.
 */
import { RollcallError } from '../../lib/errors.js';
import type { Organization, Role, User } from '../../models/index.js';
import { type ServiceContext, SYSTEM } from '../context.js';
import { createOrganization, findOrganization } from '../create-organization.js';
import { findUserByEmail, normalizeEmail } from '../create-user.js';
import { applyApi, applyApplication } from './apply-clients.js';
import {
  addMembership,
  applyUser,
  applyUserStatus,
  type PlannedMembership,
  settleMembershipAsSaid,
} from './apply-people.js';
import { applyCustomRole, applyDefaultRoles, applyRole } from './apply-roles.js';
import { type Applying, changeEvent, differences } from './applying.js';
import { checkFile } from './check.js';
import { ProvisioningError, pathOf } from './faults.js';
import { fileSchema, type OrganizationEntry, type ProvisioningFile, roleKeysOf } from './schema.js';
import { readState, type StoredState } from './state.js';

export { type Fault, ProvisioningError } from './faults.js';

/**
 * @param input the parsed YAML or JSON
 * @returns what was changed, a line each; none when everything was so already
 * @throws ProvisioningError with every fault
 */
export async function applyProvisioning(context: ServiceContext, input: unknown): Promise<{ applied: string[] }> {
  const parsed = fileSchema.safeParse(input);
  if (!parsed.success) throw new ProvisioningError(parsed.error.issues.flatMap(faultsOf));
  const file = parsed.data;
  const state = await readState(context, file);
  const faults = checkFile(file, state);
  if (faults.length) throw new ProvisioningError(faults);
  const applying: Applying = { context, applied: [], catalogChanged: false };
  try {
    await applyAll(applying, file, state);
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    throw new ProvisioningError([{ path: '', message: `${error.message} (${error.code})` }], applying.applied);
  } finally {
    if (applying.catalogChanged) await context.catalog.changed();
  }
  return { applied: applying.applied };
}

type Issue = { path: PropertyKey[]; message: string; code?: string; keys?: string[] };

/** Unknown keys are named one by one, each with its own path. */
function faultsOf(issue: Issue) {
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => ({ path: pathOf([...issue.path, key]), message: 'this key is not known' }));
  }
  return [{ path: pathOf(issue.path), message: issue.message }];
}

async function applyAll(applying: Applying, file: ProvisioningFile, state: StoredState): Promise<void> {
  for (const entry of file.apis ?? []) await applyApi(applying, state, entry);
  for (const entry of file.roles ?? []) await applyRole(applying, state, entry);
  for (const entry of file.applications ?? []) await applyApplication(applying, state, entry);
  const roles = await instanceRoles(applying.context);
  if (file.defaultRoles)
    await applyDefaultRoles(
      applying,
      file.defaultRoles.map((key) => idOf(roles, key)),
    );
  for (const entry of file.organizations ?? []) await applyOrganization(applying, state, entry, roles);
  const plans = await planPeople(applying, file, state, roles);
  for (const plan of plans) await addMembership(applying, plan);
  for (const plan of plans) await settleMembershipAsSaid(applying, plan);
  for (const entry of file.users ?? []) {
    const user = await findUserByEmail(applying.context, entry.email);
    if (user) await applyUserStatus(applying, user, entry.status);
  }
}

/** Instance-wide roles by key, as they are now. */
async function instanceRoles({ models }: ServiceContext): Promise<Map<string, Role>> {
  return new Map((await models.Role.find({ organizationId: null }).lean()).map((role) => [role.key, role]));
}

function idOf(roles: ReadonlyMap<string, Role>, key: string): string {
  const role = roles.get(key);
  if (!role) throw new RollcallError('role_gone', 409, `The role ${key} is gone meanwhile.`);
  return role._id;
}

async function applyOrganization(
  applying: Applying,
  state: StoredState,
  entry: OrganizationEntry,
  instance: ReadonlyMap<string, Role>,
): Promise<void> {
  const { context, applied } = applying;
  const { slug, name, status, joinPolicy, metadata } = entry;
  let stored = state.organizations.get(slug);
  if (!stored) {
    stored = await createOrganization(context, SYSTEM, {
      slug,
      name,
      ...(status ? { status } : {}),
      ...(joinPolicy === 'open' ? { joinPolicy } : {}),
      ...(metadata ? { metadata } : {}),
    });
    applied.push(`Created the organization ${slug}`);
  }
  const custom = state.customRoles.get(stored._id) ?? new Map<string, Role>();
  for (const role of entry.roles ?? []) {
    await applyCustomRole(applying, { organizationId: stored._id, stored: custom.get(role.key), entry: role });
  }
  const roles = await rolesIn(context, stored._id, instance);
  const change = differences<Organization>(stored, {
    name,
    status,
    joinPolicy: joinPolicy as Organization['joinPolicy'] | undefined,
    metadata,
    defaultRoles: entry.defaultRoles?.map((key) => idOf(roles, key)),
  });
  if (Object.keys(change).length === 0) return;
  await context.models.Organization.updateOne(
    { _id: stored._id },
    {
      $set: { ...change, updatedAt: context.clock.now() },
      $push: { pendingEvents: changeEvent(applying, 'organization.changed', stored._id, change, stored._id) },
    },
  );
  applied.push(`Changed the organization ${slug}`);
}

async function rolesIn({ models }: ServiceContext, organizationId: string, instance: ReadonlyMap<string, Role>) {
  const own = await models.Role.find({ organizationId }).lean();
  return new Map<string, Role>([...instance, ...own.map((role) => [role.key, role] as const)]);
}

async function planPeople(
  applying: Applying,
  file: ProvisioningFile,
  state: StoredState,
  instance: ReadonlyMap<string, Role>,
): Promise<PlannedMembership[]> {
  const { context } = applying;
  const plans: PlannedMembership[] = [];
  for (const entry of file.users ?? []) {
    const user: User = await applyUser(applying, state.users.get(normalizeEmail(entry.email)), entry);
    // What the file says counts from the first pass on: who is to be enabled may take a seat, who is to be disabled may not.
    for (const membership of entry.memberships ?? []) {
      const organization = await findOrganization(context, membership.organization);
      if (!organization)
        throw new RollcallError('not_found', 404, `The organization ${membership.organization} is gone meanwhile.`);
      const roles = await rolesIn(context, organization._id, instance);
      plans.push({
        user,
        organization,
        entry: membership,
        roleIds: roleKeysOf(membership)?.map((key) => idOf(roles, key)),
        defaultRoleId: membership.defaultRole ? idOf(roles, membership.defaultRole) : undefined,
      });
    }
  }
  return plans;
}
