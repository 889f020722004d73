/**
 * HTTP calls to addresses that others have named: an application's keys, its sector identifier, its back-channel logout. A name is
 * resolved once, the addresses are judged, and the connection goes to one that was (OWASP SSRF, RFC 9700 4.11): a name whose answer
 * changes in between (DNS rebinding) gains nothing.
 */
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import { isPublicAddress } from './addresses.js';
import { bareHost, type OutboundAllow, type OutboundRule, outboundAllow } from './outbound-allow.js';

/** A call that wasn't made or came to nothing. The message names the host and never the path or what was sent. */
export class OutboundError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'OutboundError';
  }
}

export interface Outbound {
  /**
   * As the global `fetch`, save that redirects aren't followed (the answer is the redirect itself), the whole answer has been read when
   * it comes back, and it may take `OUTBOUND_LIMITS.ms` and hold `OUTBOUND_LIMITS.bytes` at most.
   * @throws OutboundError where the address may not be called, doesn't answer in time, or answers too much
   */
  fetch(url: string | URL, options?: RequestInit): Promise<Response>;
}

export const OUTBOUND_LIMITS = { connectMs: 3000, ms: 5000, bytes: 256 * 1024 } as const;

/** @param rules what may be called beside public addresses, and without https */
export function createOutbound(rules: readonly OutboundRule[], limits: { ms?: number } = {}): Outbound {
  const allow = outboundAllow(rules);
  const ms = limits.ms ?? OUTBOUND_LIMITS.ms;
  let client: ReturnType<typeof createClient> | undefined;
  return {
    async fetch(address, options = {}) {
      const url = URL.parse(String(address));
      if (!url || !/^https?:$/.test(url.protocol)) throw new OutboundError('expected an http or https URL');
      const late = AbortSignal.timeout(ms);
      const signal = options.signal ? AbortSignal.any([options.signal, late]) : late;
      try {
        client ??= createClient(allow, ms);
        const { fetch, dispatcher } = await client;
        const answer = await fetch(url, {
          ...(options as Parameters<typeof fetch>[1]),
          dispatcher,
          redirect: 'manual',
          signal,
        });
        return await whole(answer as unknown as Response);
      } catch (error) {
        throw reasonOf(error, url);
      }
    },
  };
}

/** Loaded with the first call: it is large, and many servers never call anybody. */
async function createClient(allow: OutboundAllow, ms: number) {
  const { Agent, buildConnector, fetch } = await import('undici');
  const connect = connector(buildConnector, allow, ms);
  // No pipelining: each call has a connection of its own, which was judged for it.
  return { fetch, dispatcher: new Agent({ connect, pipelining: 0, headersTimeout: ms, bodyTimeout: ms }) };
}

type Build = typeof buildConnector;

/** Connects to nothing but an address that was judged; a literal one isn't looked up, so it is judged before. */
function connector(build: Build, allow: OutboundAllow, ms: number): ReturnType<Build> {
  return (target, callback) => {
    const secure = target.protocol === 'https:';
    const port = Number(target.port) || (secure ? 443 : 80);
    const host = bareHost(target.hostname);
    const named = allow.host(host, port);
    const judge = (address: string) => named || allow.address(address) || (secure && isPublicAddress(address));
    if (isIP(host) && !judge(host)) return callback(refused(host, secure), null);
    const connect = build({
      timeout: Math.min(ms, OUTBOUND_LIMITS.connectMs),
      lookup: judgedLookup(judge, secure),
    });
    return connect(target, (...[error, socket]) => {
      if (error) return callback(error, null);
      if (!judge(socket.remoteAddress ?? '')) {
        socket.destroy();
        return callback(refused(host, secure), null);
      }
      return callback(null, socket);
    });
  };
}

/** A look-up that answers with the addresses that may be connected to, or fails where there is none. */
function judgedLookup(judge: (address: string) => boolean, secure: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const fit = found.filter(({ address }) => judge(address));
      const [first] = fit;
      if (!first) return callback(refused(hostname, secure), '', 0);
      if (options.all) return callback(null, fit);
      return callback(null, first.address, first.family);
    });
  };
}

const refused = (host: string, secure: boolean) =>
  new OutboundError(
    secure
      ? `${host} is no public address, and OUTBOUND_ALLOW doesn’t name it`
      : `${host} is asked for without https, and OUTBOUND_ALLOW doesn’t name it`,
  );

/** Reads an answer to its end, as long as it isn't too large. */
async function whole(answer: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > OUTBOUND_LIMITS.bytes) {
      throw new OutboundError(`the answer is larger than ${OUTBOUND_LIMITS.bytes} bytes`);
    }
    chunks.push(chunk);
  }
  const { status, statusText } = answer;
  const headers = [...answer.headers].filter(([name]) => !['content-encoding', 'content-length'].includes(name));
  return new Response(chunks.length ? Buffer.concat(chunks) : null, { status, statusText, headers });
}

/** undici wraps what a connection failed with; a reason is the innermost message that is ours or the system's. */
function reasonOf(error: unknown, url: URL): OutboundError {
  for (let one = error as Error | undefined; one; one = one.cause as Error | undefined) {
    if (one instanceof OutboundError) return one;
    const { name, code } = one as NodeJS.ErrnoException;
    if (name === 'TimeoutError' || name === 'AbortError' || /TIMEOUT/.test(code ?? ''))
      return new OutboundError(`${url.host} didn’t answer in time`, { cause: error });
    if (code) return new OutboundError(`${url.host} can’t be reached (${code})`, { cause: error });
  }
  return new OutboundError(`${url.host} can’t be reached`, { cause: error });
}
