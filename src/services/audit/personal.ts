/**
 * What of an event is about a person: it enters the event's digest as a salted hash, so that erasing it later leaves the chain whole. With
 * the value goes its salt, by which the hash could be guessed.
 */
import { digest } from '../../lib/ids.js';
import type { AuditEvent, ErasedField } from '../../models/audit-event.js';
import { canonical } from './canonical.js';

/** Members of `before` and `after`, at whatever depth, that are or may be a person's. */
const PERSONAL = new Set([
  'address',
  'birthdate',
  'email',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'metadata',
  'middle_name',
  'name',
  'nickname',
  'phone_number',
  'picture',
  'preferred_username',
  'profile',
  'userAgent',
  'username',
  'website',
  'zoneinfo',
]);

/** Whose a personal field is: who acted came from an address by a browser; `before` and `after` are about the subject. */
export type About = 'actor' | 'subject';

interface PersonalField {
  /** A JSON pointer within the event. */
  path: string;
  about: About;
  value: unknown;
}

/** What fields are looked for in. */
export type EventContent = Pick<AuditEvent, 'before' | 'after' | 'address' | 'userAgent'>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

export function personalFields({ before, after, address, userAgent }: EventContent): PersonalField[] {
  const own = Object.entries({ address, userAgent }).flatMap(([name, value]): PersonalField[] =>
    value === undefined ? [] : [{ path: `/${name}`, about: 'actor', value }],
  );
  return [...own, ...fieldsIn('/before', before), ...fieldsIn('/after', after)];
}

function fieldsIn(path: string, value: unknown): PersonalField[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const inside = `${path}/${escaped(name)}`;
    if (!Array.isArray(value) && PERSONAL.has(name))
      return inner === undefined ? [] : [{ path: inside, about: 'subject' as const, value: inner }];
    return fieldsIn(inside, inner);
  });
}

/** The same without its personal fields. */
export function impersonal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(impersonal);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !PERSONAL.has(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, impersonal(inner)]));
}

/** By path, what stands for each personal field in the digest, those that were erased too. */
export function personalHashes(event: EventContent & Pick<AuditEvent, 'salts' | 'erased'>): ErasedField[] {
  const present = personalFields(event).map(({ path, about, value }) => ({
    path,
    hash: digest(event.salts?.[about] ?? '', path, canonical(value)),
  }));
  return [...present, ...(event.erased ?? [])].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The event without what it says of who acted, or of the subject, and without the salt of that; its digest stays what it is. */
export function erasePersonal(event: AuditEvent, about: About): AuditEvent {
  const gone = personalFields(event).filter((field) => field.about === about);
  if (gone.length === 0) return event;
  const paths = new Set(gone.map(({ path }) => path));
  const { [about]: _salt, ...salts } = event.salts ?? {};
  const { address: _address, userAgent: _userAgent, ...withoutPlace } = event;
  return {
    ...(about === 'actor' ? withoutPlace : event),
    ...(about === 'subject' && event.before !== undefined ? { before: impersonal(event.before) } : {}),
    ...(about === 'subject' && event.after !== undefined ? { after: impersonal(event.after) } : {}),
    salts,
    erased: personalHashes(event).filter(
      ({ path }) => paths.has(path) || event.erased?.some((one) => one.path === path),
    ),
  };
}
