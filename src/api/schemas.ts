/** What several nouns' schemas are made of. Names given by `id` are components of the OpenAPI document. */
import { z } from 'zod';
import { ROLE_KEY, ROLE_KEY_EXPECTED, SLUG, SLUG_EXPECTED } from '../lib/patterns.js';

export const slug = z
  .string()
  .regex(SLUG, SLUG_EXPECTED)
  .meta({ examples: ['acme'] });

export const roleKey = z
  .string()
  .regex(ROLE_KEY, ROLE_KEY_EXPECTED)
  .meta({ examples: ['billing'] });

/** A name of something: white space around it doesn't count. */
export const name = z
  .string()
  .regex(/\S/, 'expected a name')
  .max(200)
  .transform((text) => text.trim())
  .meta({ examples: ['Acme'] });

export const description = z.string().max(1000);

/** What is shown of what others have made: without the limits of what may be sent. */
export const text = z.string();

export const time = z.iso.datetime({ offset: true }).meta({ examples: ['2030-01-01T00:00:00.000Z'] });

/** A list whose length is looked at first: of one that is too long no element is, for each fault costs more than it took to send. */
export const listUpTo = <T extends z.ZodType>(most: number, item: T, fewest = 0) =>
  z.preprocess(
    (value, { issues }) => {
      if (Array.isArray(value) && value.length > most)
        issues.push({ code: 'too_big', origin: 'array', maximum: most, inclusive: true, input: value });
      return value;
    },
    fewest ? z.array(item).min(fewest).max(most) : z.array(item).max(most),
  );

const MOST_METADATA = 50;

/** Strings by key. A key has no dots and doesn't begin with `$`, which the store's queries would read as something else. */
export const metadata = z
  .record(
    z
      .string()
      .regex(/^[^.$][^.]{0,99}$/, 'expected a key of 1 to 100 characters, without dots and not beginning with $'),
    z.string().max(1000),
  )
  .refine((value) => Object.keys(value).length <= MOST_METADATA, `expected ${MOST_METADATA} keys at most`)
  .meta({ id: 'Metadata', description: 'Strings by key, for whatever uses the API.', maxProperties: MOST_METADATA });

export const shownMetadata = z.record(z.string(), z.string()).meta({ description: 'Strings by key.' });

/** What is searched for. */
export const searched = z
  .string()
  .max(200)
  .meta({
    description: 'Beginnings of words of the name, or of an e-mail address; all have to be found.',
    examples: ['ada by'],
  });

/** A page of a list. */
export const listOf = (id: string, item: z.ZodType) =>
  z
    .strictObject({
      data: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .meta({ description: 'What `cursor` takes for the next page; null on the last.' }),
    })
    .meta({ id });

/** A page of a list that says how many there are, where it is asked. */
export const countedListOf = (id: string, item: z.ZodType) =>
  listOf(id, item)
    .extend({
      total: text
        .optional()
        .meta({ description: 'How many there are in all, where asked for: `1,000+` for more.', examples: ['1,000+'] }),
    })
    .meta({ id });

/** A change: at least something of it. */
export const changeOf = <T extends z.ZodRawShape>(shape: T) =>
  z
    .strictObject(shape)
    .refine((value) => Object.keys(value).length > 0, 'expected something to change')
    .meta({ minProperties: 1 });

export const error = z
  .strictObject({
    error: z.string().meta({ description: 'A stable code.', examples: ['not_found'] }),
    message: z.string().meta({ description: 'In words, for people.' }),
    details: z
      .array(z.unknown())
      .meta({ description: 'What is wrong in particular; of a 422 each with `path` and `message`.' }),
    requestId: z.string().meta({ description: 'By which the log names the request.', examples: ['req_01JXAMPLE'] }),
  })
  .meta({ id: 'Error' });

/** Until when: an end date is to come, and absent or null there is none. */
const until = time.nullable().optional().meta({ description: 'It counts until then; null: without an end.' });

const ending = <K extends string>(key: K, reference: z.ZodString) =>
  z.union(
    [reference, z.strictObject({ [key]: reference, until } as Record<K, z.ZodString> & { until: typeof until })],
    {
      error: `expected a ${key}, or { ${key}, until }`,
    },
  );

export const groupName = z
  .string()
  .min(1)
  .max(400)
  .meta({ examples: ['Finance'] });

/** A role that is given, with an end or without. */
export const roleAssignment = ending('role', roleKey).meta({ id: 'RoleAssignment' });
/** A group that somebody is put into, with an end or without; by name or id. */
export const groupAssignment = ending('group', groupName).meta({ id: 'GroupAssignment' });

const shownUntil = z.iso.datetime().nullable();

/** As it is shown: what has no end is its key alone. */
export const shownRole = z.union([z.string(), z.strictObject({ role: z.string(), until: z.iso.datetime() })]);

/** Why an effective role is held. */
export const origin = z
  .strictObject({
    role: z.string(),
    direct: z
      .strictObject({ until: shownUntil })
      .nullable()
      .meta({ description: 'Null where it isn’t held directly.' }),
    groups: z
      .array(z.strictObject({ group: z.string(), until: shownUntil }))
      .meta({ description: 'The groups that give it.' }),
  })
  .meta({ id: 'RoleOrigin' });

export const endsAt = z.strictObject({ until });
