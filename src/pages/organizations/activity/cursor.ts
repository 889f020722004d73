import { RollcallError } from '../../../lib/errors.js';
import type { AuditEvent } from '../../../models/index.js';

export interface Page {
  data: AuditEvent[];
  nextCursor: string | null;
}

/** A cursor that is none finds nothing. */
export function unlessOfAnother(error: unknown): Page {
  if (error instanceof RollcallError && error.code === 'invalid') return { data: [], nextCursor: null };
  throw error;
}
