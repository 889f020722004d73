/** One thing that is wrong in a provisioning file, and where: `applications[0].redirectUris[1]`. */
export interface Fault {
  path: string;
  message: string;
}

/** A file that is refused: nothing of it was applied, unless `applied` says so (a rule refused midway; a second run completes it). */
export class ProvisioningError extends Error {
  constructor(
    readonly faults: readonly Fault[],
    readonly applied: readonly string[] = [],
  ) {
    super(
      `The provisioning file is refused:\n${faults.map(({ path, message }) => `  ${path || 'the file'}: ${message}`).join('\n')}`,
    );
    this.name = 'ProvisioningError';
  }
}

/** `['applications', 0, 'name']` as `applications[0].name`. */
export function pathOf(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part)),
    '',
  );
}

/** A file that isn't there or can't be read: the command exits 66. */
export class UnreadableFileError extends Error {}
