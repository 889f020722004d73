import { hashPassword } from '../../lib/password.js';
import type { User } from '../../models/index.js';
import { setUserStatus } from '../change-user-status.js';
import { SYSTEM } from '../context.js';
import { copyToMemberships } from '../copies.js';
import { createUser, normalizeEmail } from '../create-user.js';
import { changeEvent, differences } from './differences.js';
import { propertiesOf, property, type Step } from './plan.js';
import type { UserEntry } from './schema.js';
import type { StoredState } from './state.js';

export function planUser(state: StoredState, entry: UserEntry, path: string): Step[] {
  const email = normalizeEmail(entry.email);
  const stored = state.users.get(email);
  if (!stored) return [creation(entry, email, path)];
  const { name, emailVerified, profile, metadata } = entry;
  const change = differences<User>(stored, { name, emailVerified, profile, metadata } as Partial<User>);
  if (Object.keys(change).length === 0) return [];
  return [
    {
      path,
      verb: 'change',
      object: `the user ${email}`,
      properties: propertiesOf(stored, change),
      async run({ context }) {
        await context.models.User.updateOne(
          { _id: stored._id },
          {
            $set: { ...change, updatedAt: context.clock.now() },
            $inc: { revision: 1 },
            $push: { pendingEvents: changeEvent(context, 'user.changed', stored._id, change) },
          },
        );
        await copyToMemberships(context, stored._id);
      },
    },
  ];
}

function creation(entry: UserEntry, email: string, path: string): Step {
  const { name, emailVerified, profile, metadata } = entry;
  const said = {
    name,
    emailVerified: emailVerified ?? false,
    ...(profile ? { profile } : {}),
    ...(metadata ? { metadata } : {}),
  };
  const hasPassword = entry.password !== undefined || entry.passwordHash !== undefined;
  return {
    path,
    verb: 'create',
    object: `the user ${email}`,
    properties: propertiesOf(undefined, { ...said, ...(hasPassword ? { passwordHash: '' } : {}) }),
    async run({ context }) {
      const passwordHash =
        entry.passwordHash ?? (entry.password === undefined ? undefined : await hashPassword(entry.password));
      await createUser(context, SYSTEM, { email, ...said, ...(passwordHash ? { passwordHash } : {}) });
    },
  };
}

/** Last of all: a status of a user that counts in every organization. */
export function planUserStatus(state: StoredState, entry: UserEntry, path: string): Step[] {
  const email = normalizeEmail(entry.email);
  const stored = state.users.get(email);
  const before: User['status'] = stored?.status ?? 'active';
  const { status } = entry;
  // Who has deleted their account is disabled until they sign in: the file says that they stay it.
  const returns = stored?.deletion && !stored.deletion.barred;
  if (status === undefined || (before === status && !(status === 'disabled' && returns))) return [];
  return [
    {
      path,
      verb: status === 'active' ? 'enable' : 'disable',
      object: `the user ${email}`,
      properties: [property('status', returns ? 'deleted' : before, status)],
      async run(execution) {
        const user = await execution.user(email);
        await setUserStatus(execution.context, SYSTEM, { userId: user._id, status });
      },
    },
  ];
}
