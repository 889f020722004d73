/**
 * `npm run bench`: the library alone and Rollcall on each store, driven by the same generator, the server on one core and the load on
 * the other, in interleaved rounds. Machines differ, so what counts is the ratio of the medians.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { withDatabase } from '../test/support/mongodb-uri.js';
import { measureBulk } from './bulk.js';
import { type Cost, measureMemory, measureStart } from './costs.js';
import { drive, median } from './load.js';
import { readOptions } from './options.js';
import { summarize } from './profile.js';
import { type Figure, print, printBulk, printCosts, printScale, type Row } from './report.js';
import { measureScale } from './scale.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { CORES, PEOPLE, pin, type Side, startLibrary, startRollcall } from './servers.js';
import { measureSignIn } from './sign-in-rate.js';

const options = readOptions(process.argv.slice(2));
const say = (text: string) => process.stderr.write(`${text}\n`);

/** One after the other; where one can't start, those that did are ended. */
async function startAll(): Promise<Side[]> {
  const { profile } = options;
  if (profile) mkdirSync(profile, { recursive: true });
  const started: Side[] = [];
  const starts = [
    () => startLibrary(),
    () => startRollcall('embedded', { profile }),
    ...(options.mongodbUri ? [() => startRollcall('mongodb', { mongodbUri: database(), profile })] : []),
  ];
  try {
    for (const start of starts) started.push(await start());
    return started;
  } catch (error) {
    await Promise.all(started.map((side) => side.stop()));
    throw error;
  }
}

/** A database of its own for each run. */
const database = () => withDatabase(options.mongodbUri ?? '', `bench_${randomBytes(4).toString('hex')}`);

async function measure(scenario: Scenario, sides: Side[]): Promise<Row> {
  const rates = new Map<string, number[]>();
  let failed = 0;
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const side of sides) {
      const chains = await scenario.chains(side, Math.min(options.connections, PEOPLE));
      // The first round warms up and doesn't count.
      const rate = await drive(side.issuer, chains, options.seconds);
      if (round > 0) rates.set(side.name, [...(rates.get(side.name) ?? []), rate.perSecond]);
      failed += rate.failed;
    }
  }
  const figures = [...rates].map(([name, values]): Figure => ({ name, median: median(values), values }));
  say(`${scenario.name}: ${figures.map((one) => `${one.name} ${Math.round(one.median)}/s`).join(', ')}`);
  return { name: scenario.name, against: scenario.against, goal: scenario.goal, figures, failed };
}

const wanted = (name: string) => !options.only || name.includes(options.only);
const pinned = pin(process.pid, CORES.load);
const rows: Row[] = [];
const sides = await startAll();
try {
  for (const scenario of SCENARIOS) if (wanted(scenario.name)) rows.push(await measure(scenario, sides));
  if (wanted('sign-in with a password')) rows.push(...(await measureSignIn(sides, options)));
} finally {
  await Promise.all(sides.map((side) => side.stop()));
}
const costs: Cost[] = [];
if (wanted('npm start')) costs.push(await measureStart(options.rounds));
if (wanted('memory') && options.mongodbUri) costs.push(...(await measureMemory(database, options.rounds)));
const scale =
  options.scale && options.mongodbUri ? await measureScale({ small: database(), large: database() }, options) : [];
const bulk = options.bulk ? await measureBulk(options.mongodbUri && database(), options) : [];
print(rows, { pinned, options });
printCosts(costs);
printScale(scale);
printBulk(bulk);
if (options.json) writeFileSync(options.json, JSON.stringify({ rows, costs, scale, bulk }, null, 2));
if (options.profile) summarize(options.profile);
// No run leaves anything to wait for.
process.exit(rows.some((row) => row.failed) ? 1 : 0);
