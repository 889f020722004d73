import type { Connection } from 'mongoose';
import type { Config } from '../../config/index.js';
import { allModels, type Models } from '../../models/index.js';
import { checkClock } from './clock.js';
import { type Finding, findingsOf } from './finding.js';

type Report = ReturnType<typeof findingsOf>;

/** Milliseconds that the store may take for nothing. */
const SLOW_MS = 50;
const ROUNDS = 5;

/** The store: what it is, how quickly it answers, whether its clock is ours and its indexes are there. Reads only. */
export async function checkStore(config: Config, connection: Connection, models: Models): Promise<Finding[]> {
  const area = findingsOf('Store');
  const command = (name: string) => connection.db?.command({ [name]: 1 }) as Promise<Hello & { version?: string }>;
  if (config.mongodbUri) {
    const [hello, { version }] = await Promise.all([command('hello'), command('buildInfo')]);
    checkDeployment(hello, version ?? '', area);
    const before = Date.now();
    const { localTime } = await command('hello');
    checkClock(area, { name: 'the store', time: localTime.getTime(), before, after: Date.now() });
  } else {
    area.ok('The embedded store opens');
  }
  await checkLatency(() => command('ping'), area);
  await checkIndexes(models, area);
  return area.found;
}

interface Hello {
  setName?: string;
  msg?: string;
  hosts?: string[];
  localTime: Date;
}

function checkDeployment({ setName, msg, hosts = [] }: Hello, version: string, { ok, warning }: Report): void {
  if (Number(version.split('.')[0]) < 6)
    warning(`MongoDB ${version} gets no fixes any more`, 'Move to a version that MongoDB maintains.');
  if (msg === 'isdbgrid') ok(`MongoDB ${version}, sharded, reads and writes by the majority`);
  else if (!setName)
    warning(
      `MongoDB ${version} is a single server: its disk is the only place where the state is`,
      'Make it a replica set, so that a write is acknowledged by the majority.',
    );
  else if (hosts.length < 3)
    warning(
      `MongoDB ${version}, replica set ${setName} with ${hosts.length} that can be primary: the majority needs all of them`,
      'Give the set three members on machines of their own.',
    );
  else ok(`MongoDB ${version}, replica set ${setName} of ${hosts.length}, reads and writes by the majority`);
}

async function checkLatency(ping: () => Promise<unknown>, { ok, warning }: Report): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = performance.now();
    await ping();
    times.push(performance.now() - before);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number;
  const said = `It answers in ${median.toFixed(1)} ms`;
  if (median > SLOW_MS) warning(said, 'Bring the database nearer: a sign-in asks it several times.');
  else ok(said);
}

async function checkIndexes(models: Models, { ok, warning, problem }: Report): Promise<void> {
  const states = await Promise.all(allModels(models).map(missingIndexes));
  if (states.every(({ present }) => !present))
    return warning('There is nothing in it yet', 'Start the server: the first start makes what has to be there.');
  const missing = states.flatMap((state) => state.missing);
  if (missing.length)
    problem(`Indexes are missing: ${missing.join(', ')}`, 'Start the server anew: each start makes what is missing.');
  else ok('Its indexes are there');
}

interface IndexShape {
  key: Record<string, unknown>;
  unique?: boolean;
  expireAfterSeconds?: number;
}

const shapeOf = ({ key, unique, expireAfterSeconds }: IndexShape) =>
  JSON.stringify([key, unique ?? false, expireAfterSeconds ?? null]);

/** Which indexes a collection lacks, as `collection(fields)`; each start makes the collections by making their indexes. */
async function missingIndexes(
  model: ReturnType<typeof allModels>[number],
): Promise<{ present: boolean; missing: string[] }> {
  const { schema, collection } = model as unknown as {
    schema: { indexes(): [IndexShape['key'], Omit<IndexShape, 'key'>][] };
    collection: { collectionName: string; indexes(): Promise<IndexShape[]> };
  };
  const found = await collection.indexes().catch((error: { codeName?: string }) => {
    if (error.codeName !== 'NamespaceNotFound') throw error;
    return undefined;
  });
  const shapes = new Set(found?.map(shapeOf));
  const missing = schema
    .indexes()
    .filter(([key, options]) => !shapes.has(shapeOf({ key, ...options })))
    .map(([key]) => `${collection.collectionName}(${Object.keys(key).join(', ')})`);
  return { present: found !== undefined, missing };
}
