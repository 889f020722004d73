/**
 * What this process counts, in Prometheus' terms. One registry per process: an instrument is used where the thing happens. Labels hold
 * names that the code knows (routes, methods, outcomes), never what a request brings, so that their number is bounded and none tells
 * of a person.
 */
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { VERSION } from './version.js';

const registry = new Registry();
const registers = [registry];

export const METRICS_TYPE = registry.contentType;

export const requestDuration = new Histogram({
  name: 'rollcall_http_request_duration_seconds',
  help: 'Requests by route, method and status, and how long they took',
  labelNames: ['route', 'method', 'status'] as const,
  buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5],
  registers,
});
export const requestsInFlight = new Gauge({
  name: 'rollcall_http_requests_in_flight',
  help: 'Requests that are being worked on',
  registers,
});
export const requestsRefused = new Counter({
  name: 'rollcall_http_requests_refused_total',
  help: 'Requests that got 503 since too many were being worked on',
  registers,
});
export const tokensIssued = new Counter({
  name: 'rollcall_tokens_issued_total',
  help: 'Tokens by kind and by the grant that gave them',
  labelNames: ['kind', 'grant_type'] as const,
  registers,
});
/** `wrong` covers unknown addresses and disabled accounts: who reads the numbers learns no more than who signs in. */
export const signIns = new Counter({
  name: 'rollcall_sign_ins_total',
  help: 'Passwords that were checked at sign-in, by outcome',
  labelNames: ['outcome'] as const,
  registers,
});
export const signUps = new Counter({
  name: 'rollcall_sign_ups_total',
  help: 'Accounts that people made for themselves',
  registers,
});
export const hashingDuration = new Histogram({
  name: 'rollcall_password_hashing_duration_seconds',
  help: 'How long making or checking a hash took, its place in the queue included',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers,
});
let hashing = () => ({ running: 0, waiting: 0 });
new Gauge({
  name: 'rollcall_password_hashing_queue',
  help: 'Hashes that are running and waiting',
  labelNames: ['state'] as const,
  registers,
  collect() {
    for (const [state, count] of Object.entries(hashing())) this.set({ state }, count);
  },
});
/** Says where the lengths of the queue are read, when somebody asks. */
export function measureHashing(read: () => { running: number; waiting: number }): void {
  hashing = read;
}
export const hashingRefused = new Counter({
  name: 'rollcall_password_hashing_refused_total',
  help: 'Hashes that were refused since too many waited',
  registers,
});
export const storeDuration = new Histogram({
  name: 'rollcall_store_operation_duration_seconds',
  help: 'Operations on the store by collection and kind, and how long they took',
  labelNames: ['collection', 'operation'] as const,
  buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
  registers,
});
export const storeFailures = new Counter({
  name: 'rollcall_store_operation_failures_total',
  help: 'Operations on the store that failed',
  labelNames: ['collection', 'operation'] as const,
  registers,
});
export const storeConnections = new Gauge({
  name: 'rollcall_store_connections',
  help: 'Connections to the store that are used, and operations that wait for one',
  labelNames: ['state'] as const,
  registers,
});
export const storeUp = new Gauge({
  name: 'rollcall_store_up',
  help: '1 while the store answers',
  aggregator: 'min',
  registers,
});
let ready: () => boolean | Promise<boolean> = () => false;
new Gauge({
  name: 'rollcall_ready',
  help: 'Processes that are ready',
  aggregator: 'sum',
  registers,
  async collect() {
    this.set((await ready()) ? 1 : 0);
  },
});
/** Says how this process knows that it is ready: each process answers for itself, whichever of them is asked for the numbers. */
export function measureReadiness(read: () => boolean | Promise<boolean>): void {
  ready = read;
}
let keyAges: () => Iterable<readonly [string, number]> = () => [];
new Gauge({
  name: 'rollcall_signing_key_age_seconds',
  help: 'For how long the key that signs has done so, by algorithm',
  labelNames: ['alg'] as const,
  // All processes follow the same keys.
  aggregator: 'max',
  registers,
  collect() {
    for (const [alg, seconds] of keyAges()) this.set({ alg }, seconds);
  },
});
/** Says where the ages of the keys that sign are read, in seconds by algorithm, when somebody asks. */
export function measureKeyAges(read: () => Iterable<readonly [string, number]>): void {
  keyAges = read;
}
const DIED = 'rollcall_workers_died_total';
export const workersDied = new Counter({
  name: DIED,
  help: 'Server processes that ended by themselves and were replaced',
  registers,
});
new Gauge({
  name: 'rollcall_build_info',
  help: 'Rollcall’s version and Node’s',
  labelNames: ['version', 'node'] as const,
  aggregator: 'first',
  registers,
}).set({ version: VERSION, node: process.version }, 1);

/** Begins to measure the process itself: memory, cpu, event loop, collector. For processes that serve. */
export function measureProcess(): void {
  // Looks ten times a second: a hundred times, as it is by default, is most of what an idle server does.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
}

/** What this process has counted, for whoever adds up several processes'. */
export const measured = (): Promise<object[]> => registry.getMetricsAsJSON();

/** This process's numbers in Prometheus' text format. */
export const metricsText = (): Promise<string> => registry.metrics();

/** The sum of several server processes' numbers, and what their primary, which this is, has counted itself; as text. */
export async function sumOfMetrics(all: object[][]): Promise<string> {
  const own = (await registry.getMetricsAsJSON()).filter(({ name }) => name === DIED);
  return AggregatorRegistry.aggregate([...all, own]).metrics();
}
