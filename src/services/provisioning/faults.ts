import type { Fault } from '../../lib/schema-faults.js';

export type { Fault };

/** A file that is refused: nothing of it was applied, unless `applied` says so (a rule refused midway; a second run completes it). */
export class ProvisioningError extends Error {
  constructor(
    readonly faults: readonly Fault[],
    readonly applied: readonly string[] = [],
    /** It was found when steps were done: the state has changed since the plan was made. */
    readonly meanwhile = false,
  ) {
    super(
      `The provisioning file is refused:\n${faults.map(({ path, message }) => `  ${path || 'the file'}: ${message}`).join('\n')}`,
    );
    this.name = 'ProvisioningError';
  }
}

/** A file that isn't there or can't be read: the command exits 66. */
export class UnreadableFileError extends Error {}

/** Each path once, with all that is wrong there. */
export function byPath(faults: readonly Fault[]): Fault[] {
  const found = new Map<string, Set<string>>();
  for (const { path, message } of faults) found.set(path, (found.get(path) ?? new Set()).add(message));
  return [...found].map(([path, messages]) => ({ path, message: [...messages].join('; ') }));
}

/** Takes down a fault. */
export type Report = (path: string, message: string) => void;

/** Reports each value that was there before. @param path of the value at an index */
export function twice(values: (string | undefined)[], path: (index: number) => string, fault: Report): void {
  const seen = new Set<string>();
  values.forEach((value, index) => {
    if (value === undefined) return;
    if (seen.has(value)) fault(path(index), `${value} is there twice`);
    seen.add(value);
  });
}
