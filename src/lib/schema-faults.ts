/** What a zod schema found wrong, in our words: where, and what. */
export interface Fault {
  /** `applications[0].redirectUris[1]`; empty for the whole. */
  path: string;
  message: string;
}

interface Issue {
  path: readonly PropertyKey[];
  message: string;
  code?: string | undefined;
  /** Of what isn't known. */
  keys?: readonly string[];
}

/** Unknown keys are named one by one, each with its own path. @param unknown what is said of them */
export const faultsOf = (issues: readonly Issue[], unknown: string): Fault[] =>
  issues.flatMap(({ path, message, code, keys = [] }) =>
    code === 'unrecognized_keys'
      ? keys.map((key) => ({ path: pathOf([...path, key]), message: unknown }))
      : [{ path: pathOf(path), message }],
  );

/** `['applications', 0, 'name']` as `applications[0].name`. */
export const pathOf = (parts: readonly PropertyKey[]): string =>
  parts.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part)),
    '',
  );
