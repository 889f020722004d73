import type { IncomingHttpHeaders } from 'node:http';
import autocannon from 'autocannon';

/** One request of a chain, and what is done with its answer. */
export interface Step {
  request(): { method: 'GET' | 'POST'; path: string; headers?: Record<string, string>; body?: string };
  /** @returns false where the answer isn't what it should be; then the chain counts as failed. */
  answered(status: number, body: string, headers: IncomingHttpHeaders): boolean;
}

/** What one connection does over and over. The steps keep their own state, such as the refresh token that comes next. */
export type Chain = Step[];

export interface Rate {
  /** Whole chains a second. */
  perSecond: number;
  failed: number;
}

/** Drives a server with one connection per chain for so many seconds. */
export async function drive(url: string, chains: Chain[], seconds: number): Promise<Rate> {
  let done = 0;
  let failed = 0;
  let next = 0;
  const started = performance.now();
  let ended = started;
  await autocannon({
    url,
    connections: chains.length,
    duration: seconds,
    timeout: 30,
    setupClient(client) {
      const chain = chains[next++ % chains.length] as Chain;
      const { setRequests } = client as unknown as { setRequests(requests: autocannon.Request[]): void };
      setRequests.call(
        client,
        chain.map((step, index) => ({
          setupRequest: (request) => {
            const { method, path, headers = {}, body = '' } = step.request();
            return { ...request, method, path, headers: { ...headers }, body };
          },
          onResponse(status, body, _context, headers) {
            const good = step.answered(status, body, (headers ?? {}) as IncomingHttpHeaders);
            if (!good) failed += 1;
            else if (index === chain.length - 1) {
              done += 1;
              ended = performance.now();
            }
          },
        })),
      );
    },
  });
  return { perSecond: (done / Math.max(1, ended - started)) * 1000, failed };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
