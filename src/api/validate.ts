import type { z } from 'zod';
import { invalid } from '../lib/errors.js';
import { faultsOf } from '../lib/schema-faults.js';

/** @throws RollcallError `invalid` (422) with every fault as a detail */
export function validate<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw invalid(`The ${what} is not as it should be.`, faultsOf(read.error.issues, 'is not known here'));
}
