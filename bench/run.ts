/**
 * `npm run bench`: the library alone and Rollcall on each store, driven by the same generator, the server on one core and the load on
 * the other, in interleaved rounds. Machines differ, so what counts is the ratio of the medians.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { drive, median } from './load.js';
import { readOptions } from './options.js';
import { summarize } from './profile.js';
import { type Figure, print, type Row } from './report.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { CORES, PEOPLE, pin, type Side, startLibrary, startRollcall } from './servers.js';

const options = readOptions(process.argv.slice(2));
const say = (text: string) => process.stderr.write(`${text}\n`);

async function startAll(): Promise<Side[]> {
  const { profile } = options;
  if (profile) mkdirSync(profile, { recursive: true });
  const mongodbUri = options.mongodbUri && databaseOf(options.mongodbUri);
  return [
    await startLibrary(),
    await startRollcall('embedded', { profile }),
    ...(mongodbUri ? [await startRollcall('mongodb', { mongodbUri, profile })] : []),
  ];
}

/** A database of its own for each run. */
function databaseOf(uri: string): string {
  const [, head, query] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri) ?? [];
  if (!head) throw new Error('--mongodb: expected a URI that begins with mongodb://');
  return `${head}/bench_${randomBytes(4).toString('hex')}${query ?? ''}`;
}

async function measure(scenario: Scenario, sides: Side[]): Promise<Row> {
  const rates = new Map<string, number[]>();
  let failed = 0;
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const side of sides) {
      const chains = await scenario.chains(side, Math.min(options.connections, PEOPLE));
      // The first round warms up and doesn't count.
      const rate = await drive(side.issuer, chains, round === 0 ? 1 : options.seconds);
      if (round > 0) rates.set(side.name, [...(rates.get(side.name) ?? []), rate.perSecond]);
      failed += rate.failed;
    }
  }
  const figures = [...rates].map(([name, values]): Figure => ({ name, median: median(values), values }));
  say(`${scenario.name}: ${figures.map((one) => `${one.name} ${Math.round(one.median)}/s`).join(', ')}`);
  return { name: scenario.name, against: scenario.against, goal: scenario.goal, figures, failed };
}

const pinned = pin(process.pid, CORES.load);
const sides = await startAll();
try {
  const rows: Row[] = [];
  for (const scenario of SCENARIOS) {
    if (!options.only || scenario.name.includes(options.only)) rows.push(await measure(scenario, sides));
  }
  print(rows, { pinned, options });
  if (options.json) writeFileSync(options.json, JSON.stringify(rows, null, 2));
} finally {
  await Promise.all(sides.map((side) => side.stop()));
}
if (options.profile) summarize(options.profile);
