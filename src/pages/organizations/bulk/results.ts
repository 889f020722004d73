import type { BulkOperation, BulkResult } from '../../../models/bulk-operation.js';
import type { BulkMember } from '../../../services/bulk/list.js';
import { type Message, message } from '../../../texts/message.js';
import { refusedAs } from '../../refusals.js';

/** What became of a member of a bulk operation, or would, and why not. */
export function wordsOfResult(
  { item }: Pick<BulkMember, 'item'>,
  { status }: Pick<BulkOperation, 'status'>,
): { label: Message; why: Message | string | null } {
  const waits = item.result === 'to_change' && status === 'running';
  return {
    label: waits ? message('bulk-waits') : resultLabel(item.result),
    why: item.code ? refusedAs({ code: item.code, message: item.message ?? '' }) : null,
  };
}

export function resultLabel(result: BulkResult): Message {
  switch (result) {
    case 'to_change':
      return message('bulk-to-change');
    case 'changed':
      return message('bulk-changed');
    case 'already':
      return message('bulk-already');
    case 'refused':
      return message('bulk-refused');
    default:
      return message('bulk-skipped');
  }
}
