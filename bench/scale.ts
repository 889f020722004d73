/** The same work with a thousand and with a million users: what is found by an index takes as long. */

import { newId } from '../src/lib/ids.js';
import { createModels } from '../src/models/index.js';
import { copiesOf, findableUser } from '../src/services/copies.js';
import { connectStore } from '../src/store/connect.js';
import { measureLists } from './lists.js';
import { drive, median } from './load.js';
import type { Options } from './options.js';
import { SCENARIOS } from './scenarios.js';
import { type Side, type StoredSide, startRollcall } from './servers.js';
import { signInChain } from './sign-in-rate.js';

export interface ScaleRow {
  name: string;
  /** Per second. */
  small: number;
  large: number;
}

export const SIZES = { small: { users: 1_000, members: 1_000 }, large: { users: 1_000_000, members: 100_000 } };
const BATCH = 10_000;

const FIRST = ['Ada', 'Bela', 'Chidi', 'Dana', 'Emre', 'Fatima', 'Goro', 'Hana', 'Ines', 'José'];
const LAST = ['Adams', 'Brown', 'Çelik', 'Diaz', 'Eze', 'Fischer', 'García', 'Haddad', 'Ito', 'Jensen', 'Kowalska'];

/** Many have the same names, as people do. */
const nameOf = (n: number) => ({
  name: `${FIRST[n % FIRST.length]} ${LAST[n % LAST.length]} ${n}`,
  email: `filler-${n}@example.test`,
});

/** Adds people who never sign in, the first of them to the organization of the benchmark. */
export async function fill(
  config: StoredSide['store'],
  { users, members }: { users: number; members: number },
): Promise<void> {
  const store = await connectStore(config);
  const { User, Claim, Membership, Organization, Role } = createModels(store.connection);
  const organization = await Organization.findOne({ slug: 'acme' }).lean();
  const role = await Role.findOne({ key: 'billing' }).lean();
  const now = new Date();
  for (let begin = 0; begin < users; begin += BATCH) {
    const people = Array.from({ length: Math.min(BATCH, users - begin) }, (_, index) => {
      const person = { _id: newId('usr'), ...nameOf(begin + index), status: 'active' as const };
      return { ...person, ...findableUser(person), emailVerified: true, createdAt: now, updatedAt: now };
    });
    const rows = people.slice(0, Math.max(0, members - begin)).map((person) => ({
      _id: newId('mem'),
      organizationId: organization?._id,
      userId: person._id,
      ...copiesOf(person),
      status: 'active',
      roles: [{ roleId: role?._id }],
      settled: true,
      createdAt: now,
      updatedAt: now,
    }));
    await Promise.all([
      User.collection.insertMany(people as never[], { ordered: false }),
      Claim.collection.insertMany(
        people.map((person) => ({ _id: `email:${person.email}`, owner: person._id, createdAt: now })) as never[],
        { ordered: false },
      ),
      rows.length ? Membership.collection.insertMany(rows as never[], { ordered: false }) : undefined,
    ]);
  }
  await store.close();
}

export async function measureScale(databases: { small: string; large: string }, options: Options): Promise<ScaleRow[]> {
  const sides: Record<'small' | 'large', StoredSide> = {
    small: await startRollcall('mongodb', { mongodbUri: databases.small }),
    large: await startRollcall('mongodb', { mongodbUri: databases.large }),
  };
  try {
    for (const size of ['small', 'large'] as const) await fill(sides[size].store, SIZES[size]);
    const introspection = SCENARIOS.find((one) => one.name.includes('opaque') && one.name.includes('introspection'));
    const work = {
      'introspection with today’s roles': (side: Side) => introspection?.chains(side, 16) ?? Promise.resolve([]),
      'sign-in with a password': async () => Array.from({ length: 8 }, (_, number) => signInChain(number)),
    };
    const rows: ScaleRow[] = [];
    for (const [name, chains] of Object.entries(work)) {
      const rates = { small: [] as number[], large: [] as number[] };
      for (let round = 0; round <= options.rounds; round += 1) {
        for (const size of ['small', 'large'] as const) {
          const rate = await drive(sides[size].issuer, await chains(sides[size]), round === 0 ? 1 : options.seconds);
          if (rate.failed) throw new Error(`${rate.failed} failed: ${name}, ${size}`);
          if (round > 0) rates[size].push(rate.perSecond);
        }
      }
      rows.push({ name, small: median(rates.small), large: median(rates.large) });
    }
    return [...rows, ...(await measureLists(databases, options))];
  } finally {
    await Promise.all(Object.values(sides).map((side) => side.stop()));
  }
}
