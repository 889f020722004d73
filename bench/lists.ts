/** What an organization's pages and API read of its members, with a thousand and with a hundred thousand of them: one call after the other. */
import { createLogger } from '../src/lib/logger.js';
import type { Organization, User } from '../src/models/index.js';
import { type ServiceContext, SYSTEM } from '../src/services/context.js';
import { findMember } from '../src/services/find-member.js';
import { listMembers, type MemberQuery, overviewOf } from '../src/services/list-members.js';
import { loadStanding } from '../src/services/load-standing.js';
import { startServices } from '../src/services/start-services.js';
import { connectStore } from '../src/store/connect.js';
import { median } from './load.js';
import type { Options } from './options.js';
import type { ScaleRow } from './scale.js';

/** Calls of each size before they are counted, and in each round. */
const WARM = 50;
const CALLS = 200;
const LIMIT = 50;

interface Place {
  context: ServiceContext;
  organization: Organization;
  /** Some of its members, spread over all. */
  members: Pick<User, '_id' | 'email'>[];
  close(): Promise<void>;
}

async function open(mongodbUri: string): Promise<Place> {
  const store = await connectStore({ mongodbUri, dataDir: '' });
  const context = await startServices(store.connection, createLogger('silent'));
  const organization = (await context.models.Organization.findOne({ slug: 'acme' }).lean()) as Organization;
  const { nextCursor } = await listMembers(context, SYSTEM, organization, {}, { limit: 100 });
  const { data } = await listMembers(context, SYSTEM, organization, {}, { limit: 100, after: nextCursor ?? undefined });
  return { context, organization, members: data.map((one) => one.user), close: () => store.close() };
}

type Work = (place: Place, number: number) => Promise<unknown>;

const page =
  (query: MemberQuery): Work =>
  ({ context, organization }) =>
    listMembers(context, SYSTEM, organization, query, { limit: LIMIT });

const memberAt = ({ members }: Place, number: number) => members[number % members.length] as Place['members'][number];

const WORK: Record<string, Work> = {
  'members by name': page({}),
  'members by when they joined': page({ sort: 'joined', order: 'descending' }),
  'members of a role': page({ role: 'billing' }),
  'search by the beginning of a word': page({ search: 'ad' }),
  'search by two words': page({ search: 'jos gar' }),
  'members with the total': page({ count: true }),
  async 'one member by address'(place, number) {
    const { context, organization } = place;
    const user = memberAt(place, number);
    const membership = await findMember(context, organization, user.email);
    const { name, email, status } = (await context.models.User.findById(membership.userId).lean()) as User;
    return overviewOf(context, organization, membership, { _id: membership.userId, name, email, status });
  },
  'effective roles': (place, number) =>
    loadStanding(place.context, { userId: memberAt(place, number)._id, organizationId: place.organization._id }),
};

/** Times a second at which each is answered; the two sizes take turns, so that what else the machine does meets both. */
export async function measureLists(
  databases: { small: string; large: string },
  { rounds }: Pick<Options, 'rounds'>,
): Promise<ScaleRow[]> {
  const places = { small: await open(databases.small), large: await open(databases.large) };
  try {
    const rows: ScaleRow[] = [];
    for (const [name, work] of Object.entries(WORK)) {
      const took = { small: [] as number[], large: [] as number[] };
      for (let number = 0; number < WARM + CALLS * rounds; number += 1) {
        for (const size of ['small', 'large'] as const) {
          const began = performance.now();
          await work(places[size], number);
          if (number >= WARM) took[size].push(performance.now() - began);
        }
      }
      rows.push({ name, small: 1000 / median(took.small), large: 1000 / median(took.large) });
    }
    return rows;
  } finally {
    await Promise.all(Object.values(places).map((place) => place.close()));
  }
}
