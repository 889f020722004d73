/**
 * Texts that aren't Unicode, or that not everything they pass through holds: a half of a pair of surrogates, which JSON and YAML can write
 * and UTF-8 can't, and the character 0, at which others end a text.
 */
import { type Fault, pathOf } from './schema-faults.js';

const MALFORMED = 'expected Unicode text without the character 0';
const HALF = /\p{Cs}/u;

const isMalformed = (text: string) => text.includes('\0') || HALF.test(text);

/** A key as it can be shown. */
const shown = (key: string) => key.replaceAll('\0', '\ufffd').replace(/\p{Cs}/gu, '\ufffd');

/** Where a value is: its key, and where what holds it is. */
interface Place {
  key: string | number;
  above: Place | undefined;
}

function pathTo(place: Place | undefined): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at = place; at; at = at.above) keys.push(typeof at.key === 'string' ? shown(at.key) : at.key);
  return keys.reverse();
}

/**
 * Every text in a parsed value that is malformed, with its path; the keys of objects too, which their paths show as far as they can.
 * @param most so many are told of, and the rest isn't looked at
 */
export function malformedTexts(
  value: unknown,
  most = Number.POSITIVE_INFINITY,
): (Fault & { at: (string | number)[] })[] {
  const faults: (Fault & { at: (string | number)[] })[] = [];
  const report = (place: Place | undefined) => {
    const at = pathTo(place);
    if (faults.length < most) faults.push({ path: pathOf(at), at, message: MALFORMED });
  };
  // What YAML's aliases name is looked at once, and may hold itself.
  const seen = new Set<object>();
  // No recursion, and no path that isn't asked for: whoever sends it decides how deep it is.
  const left: { value: unknown; place: Place | undefined }[] = [{ value, place: undefined }];
  for (let next = left.pop(); next && faults.length < most; next = left.pop()) {
    const { value: one, place } = next;
    if (typeof one === 'string') {
      if (isMalformed(one)) report(place);
    } else if (typeof one === 'object' && one !== null && !seen.has(one)) {
      seen.add(one);
      const keys = Array.isArray(one) ? one.keys() : Object.keys(one);
      const inner = [...keys].map((key) => ({
        value: (one as Record<string | number, unknown>)[key],
        place: { key, above: place },
      }));
      for (const each of inner)
        if (typeof each.place.key === 'string' && isMalformed(each.place.key)) report(each.place);
      // One by one: a list may be longer than a call takes arguments.
      for (const each of inner.reverse()) left.push(each);
    }
  }
  return faults;
}
