import { RollcallError } from '../../lib/errors.js';
import type { ServiceContext } from '../context.js';
import { createExecution, type Execution } from './execution.js';
import { ProvisioningError } from './faults.js';

/** What a step that met others' work did. */
export interface Instead {
  verb: keyof typeof DONE | null;
}

/** What a step does, and how that reads once it is done. */
const DONE = {
  create: 'Created',
  change: 'Changed',
  add: 'Added',
  make: 'Made',
  set: 'Set',
  suspend: 'Suspended',
  reactivate: 'Reactivated',
  enable: 'Enabled',
  disable: 'Disabled',
  remove: 'Removed',
} as const;

/** A property before and after. Of a secret only that it changes is known: neither its value nor its hash is ever here. */
export interface PropertyChange {
  property: string;
  /** Null: it isn't there. */
  before: unknown;
  after: unknown;
  secret: boolean;
}

/** One thing that applying a file does, with what it changes and how. A plan is a list of them, in the order in which they are done. */
export interface Step {
  /** The entry of the file that asks for it: `users[0].memberships[1]`. */
  path: string;
  verb: keyof typeof DONE;
  /** `the application example-app`, `ada@acme.test to acme`. */
  object: string;
  properties: PropertyChange[];
  /** @returns what it did instead, where others had been faster: another verb, or null for nothing at all */
  run(execution: Execution): Promise<Instead | undefined>;
}

/** `Created the organization acme`. */
export const lineOf = ({ verb, object }: Pick<Step, 'verb' | 'object'>) => `${DONE[verb]} ${object}`;
/** `Would create the organization acme`. */
export const announcementOf = ({ verb, object }: Step) => `Would ${verb} ${object}`;

/**
 * Does the steps one after the other.
 * @returns a line for each that did something
 * @throws ProvisioningError where a rule refuses one, for the state has changed since the plan was made; it says what was applied
 */
export async function execute(context: ServiceContext, steps: readonly Step[]): Promise<string[]> {
  const execution = createExecution(context);
  const applied: string[] = [];
  try {
    for (const step of steps) {
      const verb = ((await step.run(execution)) ?? step).verb;
      if (verb) applied.push(lineOf({ ...step, verb }));
    }
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    throw new ProvisioningError([{ path: '', message: `${error.message} (${error.code})` }], applied, true);
  } finally {
    await execution.publish();
  }
  return applied;
}

/** Stored names of what nobody may read, and the names that the file gives it. */
const SECRETS = new Map([
  ['secretHash', 'clientSecret'],
  ['passwordHash', 'password'],
]);

/** The properties of a change, by the names that the file has for them. */
export function propertiesOf(stored: object | undefined, change: object): PropertyChange[] {
  const before = (stored ?? {}) as Record<string, unknown>;
  return Object.entries(change).flatMap(([key, after]) => {
    if (holdsSecret(after) || holdsSecret(before[key])) return withSecretInside(key, before[key], after);
    const secret = SECRETS.get(key);
    return secret ? [secretChange(secret)] : [property(key, before[key], after)];
  });
}

export const property = (name: string, before: unknown, after: unknown): PropertyChange => ({
  property: name,
  before: before ?? null,
  after: after ?? null,
  secret: false,
});

const secretChange = (name: string): PropertyChange => ({ property: name, before: null, after: null, secret: true });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const holdsSecret = (value: unknown) => isRecord(value) && Object.keys(value).some((key) => SECRETS.has(key));

/** `introspection` holds a client id and a secret: each for itself, and only what differs. */
function withSecretInside(name: string, before: unknown, after: unknown): PropertyChange[] {
  const [was, is] = [before, after].map((one) => (isRecord(one) ? one : {})) as [Row, Row];
  const differing = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((key) => was[key] !== is[key]);
  const change = Object.fromEntries(differing.map((key) => [key, is[key]]));
  return propertiesOf(was, change).map((one) => ({ ...one, property: `${name}.${one.property}` }));
}

type Row = Record<string, unknown>;
