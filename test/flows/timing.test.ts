/**
 * Nothing tells whether an address has an account. Here the work of both cases is compared, which is the same each time; with
 * `TEST_TIMING=200` in the environment the times are measured too, so many tries of each kind in random order, from as many networks:
 *
 *   TEST_TIMING=200 npx vitest run --project embedded test/flows/timing.test.ts
 *
 * The two samples are compared by the Mann–Whitney U test (two-sided, normal approximation) and by their medians.
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { CommandStartedEvent } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { unlessBesides } from '../support/besides.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeUser, PASSWORD } from '../support/factories.js';
import { startServer, type TestServer } from '../support/server.js';
import { type TestStore, testStore } from '../support/store.js';

const TRIES = Number(process.env.TEST_TIMING ?? 0);

let store: TestStore;
let server: TestServer;
let commands: string[] = [];
let networks = 0;
beforeAll(async () => {
  store = await testStore({ monitorCommands: true });
  const heard = unlessBesides(({ commandName, command }: CommandStartedEvent) => {
    const filter = command.filter ?? command.query ?? command.updates?.[0]?.q ?? {};
    commands.push(`${commandName} ${command[commandName]} ${Object.keys(filter)}`);
  });
  store.connection.getClient().on('commandStarted', heard);
  server = await startServer({ store, mailTransport: async () => {}, signUp: 'verified', trustProxy: true });
});
afterAll(async () => {
  await server.close();
  await store.close();
});

/** What somebody asks for by an address, on a page that is open. */
const FORMS = {
  'a sign-in': { link: undefined, action: 'sign-in', fields: { password: 'wrong wrong wrong' } },
  'a sign-up': { link: 'Create account', action: 'sign-up', fields: { name: 'Ada Byron', password: PASSWORD } },
  'a new password': { link: 'Forgot password?', action: 'recover', fields: {} },
} as const;
type Form = keyof typeof FORMS;

async function open(form: Form): Promise<BrowserClient> {
  const browser = await new BrowserClient(server.issuer).open('/account');
  const { link } = FORMS[form];
  return link ? browser.follow(link) : browser;
}

/** Sends the form from a network of its own. @returns the status, and how long it took in milliseconds */
async function send(browser: BrowserClient, form: Form, email: string): Promise<{ status: number; took: number }> {
  const uid = /interaction\/([\w-]+)/.exec(browser.url)?.[1];
  const path = `/interaction/${uid}/${FORMS[form].action}`;
  const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] as string;
  networks += 1;
  const began = performance.now();
  const response = await fetch(server.issuer + path, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      cookie: browser.cookies(path),
      origin: server.issuer,
      accept: 'text/html',
      'x-forwarded-for': `10.${networks >> 16}.${(networks >> 8) & 255}.${networks & 255}`,
    },
    body: new URLSearchParams({ csrf, email, ...FORMS[form].fields }),
  });
  await response.text();
  return { status: response.status, took: performance.now() - began };
}

/** What requests ask of the store, and not what goes on beside them. */
const OF_REQUESTS =
  /^\w+ (pendingSignUps|users|claims|mailedLinks|rateLimits|oidc\.\w+) (_id|email|userId|key)\b|^update deliveries _id$/;

describe('known and unknown addresses', () => {
  it.each(Object.keys(FORMS) as Form[])('cost %s the same work', async (form) => {
    const known = await makeUser(server.services);
    await moveEvents(server.services);
    const { Delivery } = server.services.models;
    const real = Delivery.findOneAndUpdate;
    // What is queued waits, so that its work isn't taken for the request's.
    Delivery.findOneAndUpdate = (async () => null) as never;
    try {
      const seen = [];
      for (const email of [known.email, `nobody-${form.length}@example.test`]) {
        const browser = await open(form);
        commands = [];
        const { status } = await send(browser, form, email);
        seen.push([status, commands.filter((one) => OF_REQUESTS.test(one)).sort()]);
      }
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[0]?.[1]).not.toEqual([]);
    } finally {
      Delivery.findOneAndUpdate = real;
    }
  });

  it.runIf(TRIES > 0).each(Object.keys(FORMS) as Form[])(
    'take %s the same time',
    { timeout: 600_000 },
    async (form) => {
      const browser = await open(form);
      const name = form.replaceAll(' ', '-');
      const addresses = { known: [] as string[], unknown: [] as string[] };
      for (let i = 0; i < TRIES; i += 1) {
        addresses.known.push((await makeUser(server.services, { email: `known-${name}-${i}@example.test` })).email);
        addresses.unknown.push(`other-${name}-${i}@example.test`);
      }
      for (let i = 0; i < 20; i += 1) await send(browser, form, `warm-${name}-${i}@example.test`);
      const times = { known: [] as number[], unknown: [] as number[] };
      for (let i = 0; i < TRIES; i += 1) {
        const order = Math.random() < 0.5 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
        for (const kind of order) {
          times[kind].push((await send(browser, form, addresses[kind][i] as string)).took);
          // What one has left to be done afterwards isn't the next one's time.
          while (await server.services.models.Delivery.exists({})) await pause(5);
        }
      }
      const [known, unknown] = [median(times.known), median(times.unknown)];
      const { z, p } = mannWhitney(times.known, times.unknown);
      console.log(
        `${form}: ${TRIES} each; median known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms, ` +
          `difference ${(known - unknown).toFixed(2)} ms; Mann–Whitney z = ${z.toFixed(2)}, p = ${p.toFixed(3)}`,
      );
      expect(p).toBeGreaterThan(0.001);
    },
  );
});

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** The Mann–Whitney U test of two samples of times, in which hardly any are the same. @returns z, and p of both sides */
function mannWhitney(a: readonly number[], b: readonly number[]): { z: number; p: number } {
  const all = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))];
  all.sort((one, two) => one.value - two.value);
  const ranks = all.reduce((sum, { first }, at) => sum + (first ? at + 1 : 0), 0);
  const u = ranks - (a.length * (a.length + 1)) / 2;
  const z = (u - (a.length * b.length) / 2) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  return { z, p: 2 * (1 - normal(Math.abs(z))) };
}

/** The standard normal distribution (Abramowitz and Stegun 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const tail = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429].reduceRight(
    (sum, c) => (sum + c) * t,
    0,
  );
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}
