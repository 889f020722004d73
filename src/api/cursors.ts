import { invalid } from '../lib/errors.js';
import { digest } from '../lib/ids.js';
import type { Signer } from '../lib/signatures.js';

/** Turns where a page ended into a cursor and back. */
export interface Cursors {
  /** @param query all that decides what the list holds and in which order; the cursor opens with the same alone */
  seal(query: readonly string[], after: string): string;
  /** @throws RollcallError `invalid` for what isn't a cursor of this query */
  open(query: readonly string[], cursor: string): string;
}

/** Signed, so that nobody makes one up, and bound to the query, so that a page of another list isn't taken for the next of this one. */
export function createCursors(signer: Signer): Cursors {
  const bound = (query: readonly string[], after: string) => digest(...query, after);
  return {
    seal: (query, after) => `${Buffer.from(after).toString('base64url')}.${signer.sign('cursor', bound(query, after))}`,
    open(query, cursor) {
      const [encoded = '', signature = ''] = cursor.split('.');
      const after = Buffer.from(encoded, 'base64url').toString();
      if (signer.verify('cursor', bound(query, after), signature)) return after;
      throw invalid('The cursor is not one of this query.', [{ path: 'cursor', message: 'is of another query' }]);
    },
  };
}
