/** Where a page ended, as a text that goes on with the same query alone. */
import { invalid } from '../../lib/errors.js';
import { digest } from '../../lib/ids.js';

const LONGEST = 4000;

/** So much of the digest as tells queries apart by mistake; who forges one sees what they may see anyway. */
const markOf = (query: readonly unknown[]) => digest(JSON.stringify(query)).slice(0, 12);

/** @param query all that decides what the list holds and in which order */
export const cursorAt = (query: readonly unknown[], position: readonly string[]): string =>
  Buffer.from(JSON.stringify([markOf(query), ...position])).toString('base64url');

/**
 * @param length of the position
 * @throws RollcallError `invalid` for what isn't a cursor of this query
 */
export function positionOf(query: readonly unknown[], cursor: string, length: number): string[] {
  const [mark, ...position] = textsIn(cursor);
  if (mark === markOf(query) && position.length === length) return position;
  throw invalid('The cursor is not one of this query.', [{ path: 'cursor', message: 'is of another query' }]);
}

function textsIn(cursor: string): string[] {
  if (cursor.length > LONGEST) return [];
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(read) && read.every((one) => typeof one === 'string') ? read : [];
  } catch {
    return [];
  }
}
