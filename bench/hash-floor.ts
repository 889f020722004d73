/** What the machine can hash: argon2id alone, with the server's parameters, on both cores. Prints hashes per second. */
import { hash } from '@node-rs/argon2';
import { PASSWORD } from './world.js';

const seconds = Number(process.argv[2] ?? 4);
const until = performance.now() + seconds * 1000;
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
let done = 0;
await Promise.all(
  Array.from({ length: 4 }, async () => {
    while (performance.now() < until) {
      await hash(PASSWORD, parameters);
      done += 1;
    }
  }),
);
process.stdout.write(`${JSON.stringify({ perSecond: done / (seconds + (performance.now() - until) / 1000) })}\n`);
