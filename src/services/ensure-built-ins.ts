import { SYSTEM_ORGANIZATION } from '../access/can.js';
import { isDuplicateKey } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import { INSTANCE_ID } from '../models/instance.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../models/role.js';
import { claimName } from './claim-name.js';
import type { ServiceContext } from './context.js';
import { findableOrganization } from './copies.js';

const BUILT_IN = [
  { _id: ADMIN_ROLE_ID, key: 'admin', name: 'Admin', description: 'Runs the organization: people, roles and settings' },
  { _id: MEMBER_ROLE_ID, key: 'member', name: 'Member', description: 'Belongs to the organization' },
];

/** A built-in role as a new store has it, or undefined for every other id. */
export const ensuredRole = (id: string) => BUILT_IN.find((role) => role._id === id);

/**
 * Makes the roles `admin` and `member`, the organization `system` and the instance's document. Safe in several processes at once.
 * @returns the id of `system`
 */
export async function ensureBuiltIns(context: ServiceContext): Promise<string> {
  const { models, clock } = context;
  const now = clock.now();
  await upsert(
    models.Instance.updateOne(
      { _id: INSTANCE_ID },
      { $setOnInsert: { version: 1, defaultRoles: [MEMBER_ROLE_ID] } },
      { upsert: true },
    ),
  );
  for (const { _id, ...role } of BUILT_IN) {
    await claimName(context, 'role', role.key, _id, async () => true);
    await upsert(
      models.Role.updateOne(
        { _id },
        { $setOnInsert: { ...role, permissions: [], organizationId: null, createdAt: now, updatedAt: now } },
        { upsert: true },
      ),
    );
  }
  return ensureSystem(context, now);
}

const OPERATORS = 'Operators';

async function ensureSystem(context: ServiceContext, now: Date): Promise<string> {
  const { models } = context;
  // Whoever claims the slug first names the id; every process then makes sure that the organization of that id is there.
  const id = await claimName(context, 'slug', SYSTEM_ORGANIZATION, newId('org'), async () => true);
  await upsert(
    models.Organization.updateOne(
      { _id: id },
      {
        $setOnInsert: {
          slug: SYSTEM_ORGANIZATION,
          name: OPERATORS,
          ...findableOrganization({ _id: id, name: OPERATORS, slug: SYSTEM_ORGANIZATION }),
          status: 'active',
          joinPolicy: 'invite',
          founded: false,
          administrators: [],
          createdAt: now,
          updatedAt: now,
        },
      },
      { upsert: true },
    ),
  );
  return id;
}

/** Two who upsert the same `_id` at once: one inserts, the other's duplicate key means that it is there. */
async function upsert(write: PromiseLike<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
