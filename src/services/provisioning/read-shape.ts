/**
 * A file's shape. Of one that has faults what is right is read all the same, so that its references and the rules are checked in the same
 * run: what is wrong is left out, and who checks can ask what isn't whole, so that nothing is said of what only follows from a fault.
 */
import { z } from 'zod';
import { malformedTexts } from '../../lib/malformed-text.js';
import { pathOf } from '../../lib/schema-faults.js';
import { byPath, type Fault } from './faults.js';
import { fileSchema, type ProvisioningFile } from './schema.js';

export interface Reading {
  /** Without what is wrong: the indexes in its lists are those of `original`'s paths no more. */
  file: ProvisioningFile;
  /** What is wrong with the shape, each path once. */
  faults: Fault[];
  /** A path of `file` as it is in what was read. */
  original(path: string): string;
  /** Whether nothing is wrong with what is at a path of `file`, or would be there. */
  sound(path: string): boolean;
  /** Whether all that a list of `file` was to hold is there by its name: what isn't in it is named nowhere. */
  whole(list: string): boolean;
}

const UNKNOWN = 'this key is not known';

export function readShape(input: unknown): Reading {
  const parsed = fileSchema.safeParse(input);
  const malformed = malformedTexts(input);
  const wrong = parsed.success ? [] : parsed.error.issues.flatMap(faultsIn);
  const faults = byPath([...wrong, ...malformed]);
  const kept = new Map<string, number[]>();
  const gaps = new Set<string>();
  const read = parsed.success ? parsed.data : readRight(fileSchema, input, '', { kept, gaps });
  const original = (path: string) =>
    path.replace(/\[(\d+)\]/g, (whole, index: string, at: number) => {
      const place = kept.get(path.slice(0, at))?.[Number(index)];
      return place === undefined ? whole : `[${place}]`;
    });
  return {
    file: (read === WRONG ? {} : read) as ProvisioningFile,
    faults,
    original,
    sound(path) {
      if (faults.length === 0) return true;
      const place = original(path);
      return !faults.some((fault) => isWithin(fault.path, place) || isWithin(place, fault.path));
    },
    whole: (list) => !gaps.has(list),
  };
}

/** Whether a path is another one, or leads into it. */
const isWithin = (path: string, other: string) =>
  path === other || (path.startsWith(other) && (other === '' || /[.[]/.test(path.charAt(other.length))));

type Issue = z.core.$ZodIssue;

const faultsIn = (issue: Issue): Fault[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: UNKNOWN }))
    : [{ path: pathOf(issue.path), message: issue.message }];

const WRONG = Symbol('wrong');

interface Left {
  /** For each list that lost elements the places of those that stayed, by its path. */
  kept: Map<string, number[]>;
  /** Lists that may hold what can't be named. */
  gaps: Set<string>;
}

/** What is right of a value, or `WRONG`. @param path where it will be */
function readRight(schema: z.core.$ZodType, input: unknown, path: string, left: Left): unknown {
  const { success, data, error } = z.safeParse(schema, input);
  if (success) return data;
  const inner = unwrapped(schema);
  const itself = error.issues.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys');
  if (!itself && inner instanceof z.ZodObject) return rightProperties(inner, input as object, path, left);
  if (!itself && inner instanceof z.ZodArray) return rightElements(inner, input as unknown[], path, left);
  if (inner instanceof z.ZodArray) left.gaps.add(path);
  return WRONG;
}

function rightProperties({ shape }: z.ZodObject, input: object, path: string, left: Left): object {
  const right: [string, unknown][] = [];
  for (const [name, schema] of Object.entries(shape)) {
    const value: unknown = Object.hasOwn(input, name) ? input[name as never] : undefined;
    const place = path ? `${path}.${name}` : name;
    const read = readRight(schema, value, place, left);
    if (read === WRONG && !z.safeParse(schema, undefined).success)
      right.push([name, standIn(schema, value, place, left)]);
    else if (read !== WRONG && read !== undefined) right.push([name, read]);
  }
  return Object.fromEntries(right);
}

function rightElements({ element }: z.ZodArray, input: readonly unknown[], path: string, left: Left): unknown[] {
  const right: unknown[] = [];
  const places: number[] = [];
  input.forEach((one, index) => {
    const read = readRight(element, one, `${path}[${right.length}]`, left);
    if (read === WRONG) return left.gaps.add(path);
    places.push(index);
    return right.push(read);
  });
  left.kept.set(path, places);
  return right;
}

/** What others name an entry by. */
const NAME_OF_ENTRY = /\.(?:identifier|key|slug|email)$|groups\[\d+\]\.name$/;

/** In the place of what has to be there: a name that is wrong still tells what refers to it. */
function standIn(schema: z.core.$ZodType, input: unknown, path: string, { gaps }: Left): unknown {
  if (unwrapped(schema) instanceof z.ZodArray) return [];
  if (typeof input === 'string') return input;
  if (NAME_OF_ENTRY.test(path)) gaps.add(path.replace(/\[\d+\]\.\w+$/, ''));
  return `(${path})`;
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrapped(schema.unwrap()) : schema;
}
