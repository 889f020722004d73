import type { z } from 'zod';
import { invalid } from '../lib/errors.js';

/** What is wrong, and where: `roles[0].until`, or an empty path for the whole. */
interface Fault {
  path: string;
  message: string;
}

/** @throws RollcallError `invalid` (422) with every fault as a detail */
export function validate<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw invalid(`The ${what} is not as it should be.`, read.error.issues.flatMap(faultsOf));
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: 'is not known here' }));
  return [{ path: pathOf(issue.path), message: issue.message }];
}

const pathOf = (parts: readonly PropertyKey[]): string =>
  parts.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part)),
    '',
  );
