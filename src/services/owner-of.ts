import type { Actor } from '../access/can.js';
import { forbidden } from '../lib/errors.js';

/** Whose own things an actor sees and changes: a person's are theirs alone. @throws RollcallError `forbidden` for who is no person */
export function ownerOf(actor: Actor): string {
  if (actor.kind !== 'user') throw forbidden('Only a person has these.');
  return actor.userId;
}
