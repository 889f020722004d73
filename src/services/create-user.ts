import { type Actor, themselves } from '../access/can.js';
import { conflict, isDuplicateKey, isStoreAway } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import type { User } from '../models/index.js';
import { claimName, claimOwner, releaseName } from './claim-name.js';
import { event, type ServiceContext } from './context.js';
import { findableUser } from './copies.js';

export interface NewUser {
  /** Where it is known beforehand. */
  id?: string;
  email: string;
  name: string;
  passwordHash?: string;
  emailVerified?: boolean;
  profile?: Record<string, unknown>;
  metadata?: Record<string, string>;
  /** As of a user. */
  madeIn?: string;
  language?: string;
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
  const id = input.id ?? newId('usr');
  const email = normalizeEmail(input.email);
  await claimEmail(context, email, id);
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
      ...(input.madeIn ? { madeIn: input.madeIn } : {}),
      ...(input.language ? { language: input.language } : {}),
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
    // As it does where an account of this id is there: the same person has come twice.
    if (!isStoreAway(error) && !isDuplicateKey(error)) await releaseName(context, 'email', email, id).catch(() => {});
    throw error;
  }
}

/**
 * Claims an address for an account that is about to bear it.
 * @throws RollcallError `email_taken`; `email_in_progress` while another account is about to, for a minute at most
 */
export async function claimEmail(context: ServiceContext, email: string, userId: string): Promise<void> {
  const bears = async (owner: string) => (await context.models.User.exists({ _id: owner, email })) !== null;
  const owner = await claimName(context, 'email', email, userId, bears);
  if (owner === userId) return;
  if (await bears(owner)) throw conflict('email_taken', 'There is an account with this address already.');
  throw conflict('email_in_progress', 'An account with this address is being made. Try again in a minute.');
}

/** The user with an address, or undefined. */
export async function findUserByEmail(context: ServiceContext, email: string): Promise<User | undefined> {
  const address = normalizeEmail(email);
  const users = await context.reads.usersToSignIn(address);
  if (users.length < 2) return users[0];
  const owner = await claimOwner(context, 'email', address);
  return users.find((user) => user._id === owner);
}
