/** What a bulk operation does, in words: as a heading, a link and a button. */
import type { BulkKind, BulkOperation } from '../../../models/bulk-operation.js';
import { reversed } from '../../../services/bulk/actions.js';
import { type Message, message } from '../../../texts/message.js';

/** What an operation and its undo are about. */
export interface Names {
  role: string;
  group: string;
}

/** What is done to how many. */
export function doing(kind: BulkKind, count: number, { role, group }: Names): Message {
  switch (kind) {
    case 'give_role':
      return message('bulk-give', { role, count });
    case 'take_role':
      return message('bulk-take', { role, count });
    case 'add_to_group':
      return message('bulk-add', { group, count });
    case 'remove_from_group':
      return message('bulk-remove', { group, count });
    case 'suspend':
      return message('bulk-suspend', { count });
    default:
      return message('bulk-reactivate', { count });
  }
}

/** The same where it undoes what had undone it. */
function doingAgain(kind: BulkKind, count: number, { role, group }: Names): Message {
  switch (kind) {
    case 'give_role':
      return message('bulk-give-again', { role, count });
    case 'take_role':
      return message('bulk-take-again', { role, count });
    case 'add_to_group':
      return message('bulk-add-again', { group, count });
    case 'remove_from_group':
      return message('bulk-remove-again', { group, count });
    case 'suspend':
      return message('bulk-suspend-again', { count });
    default:
      return message('bulk-reactivate-again', { count });
  }
}

type Told = Pick<BulkOperation, 'action' | 'total' | 'undoOf'>;

/**
 * What an operation does. An undo is told by what it undoes, and the undo of one by what it does itself.
 * @param original what it undoes; undefined also where that was tidied away
 * @param say words that stand within others
 */
export function wordsOf(
  { action, total, undoOf }: Told,
  names: Names,
  original: Told | undefined,
  say: (what: Message) => string,
): Message {
  if (undoOf === undefined) return doing(action.kind, total, names);
  if (!original) return message('bulk-undo-for', { count: total });
  if (original.undoOf !== undefined) return doingAgain(action.kind, total, names);
  return message('bulk-undoing', { change: say(doing(original.action.kind, original.total, names)) });
}

/** What undoing an undo does. */
export const wordsOfRedo = ({ action, counts }: Pick<BulkOperation, 'action' | 'counts'>, names: Names): Message =>
  doingAgain(reversed(action).kind, counts.changed ?? 0, names);
