import type { Connection } from 'mongoose';
import { limiters, take } from './limiters.js';

const PER_DAY = 20;
const DAY_SECONDS = 24 * 60 * 60;

/** Counts the organizations that a person makes by themselves, across processes: slugs are everybody's, and run out. */
export interface CreationLimits {
  /** Takes one. @returns false where this person has made too many lately. */
  mayCreate(userId: string): Promise<boolean>;
}

export function createCreationLimits(connection: Connection): CreationLimits {
  const people = limiters(connection)('organizations:user', PER_DAY, DAY_SECONDS);
  return { mayCreate: (userId) => take(people, userId) };
}
