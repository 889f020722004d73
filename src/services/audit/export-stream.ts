/** Exports are as slow as whoever reads them, and each holds what it has read so far: so a process has a few, and none that stands still. */
import { Readable } from 'node:stream';
import type { Actor } from '../../access/can.js';
import { tooMany, unavailable } from '../../lib/errors.js';

/** Exports of a process at once, and of one caller. */
const MOST = 4;
const MOST_OF_ONE = 2;
/** How long a reader may take for a piece, in milliseconds. */
const PATIENCE_MS = 60_000;

/** The callers of the exports under way in this process, once for each. */
const underWay: string[] = [];

/**
 * A stream of the pieces, which has a place until it is closed, read or not. It is destroyed where nobody has read for a minute.
 * @throws RollcallError 429 where the caller has several already, 503 where the process has
 */
export function exportStream(actor: Actor, pieces: AsyncIterable<string>): Readable {
  const caller = callerOf(actor);
  if (underWay.filter((one) => one === caller).length >= MOST_OF_ONE)
    throw tooMany(`You have ${MOST_OF_ONE} exports under way. Read one of them to its end first.`);
  if (underWay.length >= MOST) throw unavailable();
  underWay.push(caller);
  const stream: Readable = Readable.from(patiently(pieces, () => stream.destroy()));
  return stream.once('close', () => underWay.splice(underWay.indexOf(caller), 1));
}

function callerOf(actor: Actor): string {
  if (actor.kind === 'system') return 'system';
  return actor.kind === 'user' ? actor.userId : actor.applicationId;
}

async function* patiently(pieces: AsyncIterable<string>, giveUp: () => void): AsyncGenerator<string> {
  for await (const piece of pieces) {
    const timer = setTimeout(giveUp, PATIENCE_MS).unref();
    try {
      yield piece;
    } finally {
      clearTimeout(timer);
    }
  }
}
