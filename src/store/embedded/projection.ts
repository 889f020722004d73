import type { Document } from 'bson';
import { badValue } from './errors.js';
import { isDocument, isNumber, numeric, type Value } from './values.js';

/** Compiles a projection of included or excluded paths; anything else is refused by name. */
export function compileProjection(projection: Document | undefined): (document: Document) => Document {
  const entries = Object.entries(projection ?? {});
  if (entries.length === 0) return (document) => document;
  const flags = entries.map(([path, value]) => {
    if (typeof value !== 'boolean' && !isNumber(value))
      throw badValue(`the embedded store does not support the projection of '${path}'`);
    return [path, typeof value === 'boolean' ? value : numeric(value).number !== 0] as const;
  });
  const others = flags.filter(([path]) => path !== '_id');
  const including = others.length ? (others[0]?.[1] as boolean) : (flags[0]?.[1] as boolean);
  if (others.some(([, value]) => value !== including))
    throw badValue('Cannot mix inclusion and exclusion in a projection');
  const withId = flags.find(([path]) => path === '_id')?.[1] ?? true;
  const paths = others.map(([path]) => path.split('.'));
  if (including) {
    const all = withId ? [['_id'], ...paths] : paths;
    return (document) => include(document, all) as Document;
  }
  const all = withId ? paths : [['_id'], ...paths];
  return (document) => exclude(document, all) as Document;
}

function include(value: Value, paths: string[][]): Value {
  if (Array.isArray(value))
    return value.filter((one) => isDocument(one) || Array.isArray(one)).map((one) => include(one, paths));
  if (!isDocument(value)) return undefined;
  const result: Document = {};
  for (const [key, inner] of Object.entries(value)) {
    const below = paths.filter(([head]) => head === key).map(([, ...rest]) => rest);
    if (below.length === 0) continue;
    const kept = below.some((rest) => rest.length === 0) ? inner : include(inner, below);
    if (kept !== undefined) result[key] = kept;
  }
  return result;
}

function exclude(value: Value, paths: string[][]): Value {
  if (Array.isArray(value)) return value.map((one) => exclude(one, paths));
  if (!isDocument(value)) return value;
  const result: Document = {};
  for (const [key, inner] of Object.entries(value)) {
    const below = paths.filter(([head]) => head === key).map(([, ...rest]) => rest);
    if (below.some((rest) => rest.length === 0)) continue;
    result[key] = below.length ? exclude(inner, below) : inner;
  }
  return result;
}
