import { parseArgs } from 'node:util';

export interface Options {
  rounds: number;
  seconds: number;
  connections: number;
  /** Only work whose name holds this. */
  only: string | undefined;
  mongodbUri: string | undefined;
  /** A folder for CPU profiles of the servers, one per store. */
  profile: string | undefined;
  /** A file for the figures as JSON. */
  json: string | undefined;
  /** Also with a million users, on MongoDB. */
  scale: boolean;
  /** Also a bulk operation of 10^4 members beside introspection. */
  bulk: boolean;
}

const USAGE = `npm run bench -- [options]
  --rounds N        interleaved rounds of each kind of work (3)
  --seconds N       of one measurement (4)
  --connections N   of the load (64)
  --only TEXT       only work whose name holds this
  --mongodb URI     also on this MongoDB (BENCH_MONGODB_URI)
  --profile DIR     writes a CPU profile of each Rollcall server there, and says where the time goes
  --json FILE       writes the figures there
  --scale           also compares 10^3 with 10^6 users, on MongoDB
  --bulk            also a bulk operation of 10^4 members beside introspection`;

/** @throws Error with the usage for an option that isn't known. */
export function readOptions(args: string[]): Options {
  const string = { type: 'string' } as const;
  const options = {
    rounds: string,
    seconds: string,
    connections: string,
    only: string,
    mongodb: string,
    profile: string,
    json: string,
    scale: { type: 'boolean' },
    bulk: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values } = parseArgs({ args, options });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  return {
    rounds: positive('rounds', values.rounds, 3),
    seconds: positive('seconds', values.seconds, 4),
    connections: positive('connections', values.connections, 64),
    only: values.only,
    mongodbUri: values.mongodb ?? process.env.BENCH_MONGODB_URI ?? process.env.TEST_MONGODB_URI,
    profile: values.profile,
    json: values.json,
    scale: values.scale ?? false,
    bulk: values.bulk ?? false,
  };
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name}: expected a whole number from 1\n${USAGE}`);
  return number;
}
