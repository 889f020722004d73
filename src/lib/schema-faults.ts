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

/** So many are listed, and how many more there are: whoever sends nothing but faults isn't answered by more than they sent. */
const MOST_LISTED = 100;

/** Unknown keys are named one by one, each with its own path. @param unknown what is said of them */
export function faultsOf(issues: readonly Issue[], unknown: string): Fault[] {
  const listed: Fault[] = [];
  let count = 0;
  const add = (path: readonly PropertyKey[], message: string) => {
    count += 1;
    if (count <= MOST_LISTED) listed.push({ path: pathOf(path), message });
  };
  for (const { path, message, code, keys = [] } of issues)
    if (code === 'unrecognized_keys') for (const key of keys) add([...path, key], unknown);
    else add(path, message);
  const more = count - listed.length;
  return more > 0 ? [...listed, { path: '', message: `${more} more faults are not listed` }] : listed;
}

/** `['applications', 0, 'name']` as `applications[0].name`. */
export const pathOf = (parts: readonly PropertyKey[]): string =>
  parts.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part)),
    '',
  );
