import { type Actor, themselves } from '../access/can.js';
import { conflict, isStoreAway } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import type { User } from '../models/index.js';
import { claimName, claimOwner, releaseName } from './claim-name.js';
import { event, type ServiceContext } from './context.js';
import { findableUser } from './copies.js';

export interface NewUser {
  email: string;
  name: string;
  passwordHash?: string;
  emailVerified?: boolean;
  profile?: Record<string, unknown>;
  metadata?: Record<string, string>;
}

/** An address as it is compared and stored: trimmed, NFC, lower case. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/**
 * Makes an account. The address is claimed first, so that of two who take it at once one gets it.
 * @param actor `themselves`: who signs up
 * @throws RollcallError `email_taken`; `email_in_progress` while it is claimed and its account isn't there, for a minute at most
 */
export async function createUser(context: ServiceContext, actor: Actor | 'themselves', input: NewUser): Promise<User> {
  const { models, clock } = context;
  const id = newId('usr');
  const email = normalizeEmail(input.email);
  const exists = async (userId: string) => (await models.User.exists({ _id: userId })) !== null;
  const owner = await claimName(context, 'email', email, id, exists);
  if (owner !== id) {
    if (await exists(owner)) throw conflict('email_taken', 'There is an account with this address already.');
    throw conflict('email_in_progress', 'An account with this address is being made. Try again in a minute.');
  }
  const now = clock.now();
  try {
    const user = await models.User.create({
      _id: id,
      email,
      name: input.name,
      emailVerified: input.emailVerified ?? false,
      ...(input.passwordHash ? { passwordHash: input.passwordHash } : {}),
      ...(input.profile ? { profile: input.profile } : {}),
      ...(input.metadata ? { metadata: input.metadata } : {}),
      status: 'active',
      ...findableUser({ _id: id, name: input.name, email }),
      createdAt: now,
      updatedAt: now,
      pendingEvents: [
        event(context, actor === 'themselves' ? themselves(id) : actor, 'user.created', id, {
          after: { email, name: input.name },
        }),
      ],
    });
    return user.toObject();
  } catch (error) {
    // Where the answer was lost the account may be there: its claim stays, so that it is whole, and is free again after a minute where not.
    if (!isStoreAway(error)) await releaseName(context, 'email', email, id).catch(() => {});
    throw error;
  }
}

/** The user with an address, or undefined. */
export async function findUserByEmail(context: ServiceContext, email: string): Promise<User | undefined> {
  const address = normalizeEmail(email);
  const users = await context.reads.usersToSignIn(address);
  if (users.length < 2) return users[0];
  const owner = await claimOwner(context, 'email', address);
  return users.find((user) => user._id === owner);
}
