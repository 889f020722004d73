/** What the domain name system says. Tests and closed networks name servers of their own (`DNS_SERVERS`). */
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** The texts at a name, each whole; none where there are none. @throws DnsUnanswered */
export type LookUpTexts = (name: string) => Promise<string[]>;

/** No server answered in time, or none could. */
export class DnsUnanswered extends Error {}

/** Milliseconds, for all servers and tries together. */
const WHOLE = 4500;
const ONE_TRY = 1500;
const TRIES = 2;

/** What says that there is nothing, as an answer. */
const NOTHING = new Set(['ENODATA', 'ENOTFOUND']);

/** @param servers `HOST:PORT`; the system's unless given. @param whole milliseconds that an answer may take */
export function createTextLookup(servers?: readonly string[] | null, whole = WHOLE): LookUpTexts {
  return async function lookUpTexts(name) {
    // One of its own each time, so that giving up on this question leaves others alone, and no answer is kept.
    const resolver = new Resolver({ timeout: ONE_TRY, tries: TRIES });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new DnsUnanswered('the servers took too long')), whole);
    });
    try {
      return await Promise.race([ask(resolver, name, servers), late]);
    } catch (error) {
      if (NOTHING.has((error as { code?: string }).code ?? '')) return [];
      throw error instanceof DnsUnanswered ? error : new DnsUnanswered('no server answered', { cause: error });
    } finally {
      clearTimeout(timer);
      resolver.cancel();
    }
  };
}

async function ask(resolver: Resolver, name: string, servers?: readonly string[] | null): Promise<string[]> {
  if (servers?.length) resolver.setServers(await Promise.all(servers.map(numeric)));
  // A text is sent in pieces of 255 bytes (RFC 1035 3.3).
  return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''));
}

/** A server's name is looked up as the system does; what is asked of it isn't. */
async function numeric(server: string): Promise<string> {
  const { host, port } = dnsServer(server) ?? { host: server, port: 53 };
  const address = isIP(host) ? host : (await lookup(host)).address;
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `HOST:PORT`, `[::1]:53`, or a host alone. @returns undefined for what isn't one */
export function dnsServer(text: string): { host: string; port: number } | undefined {
  const bracketed = /^\[([\da-f:.]+)\](?::(\d{1,5}))?$/i.exec(text);
  const plain = /^([a-z\d](?:[a-z\d.-]*[a-z\d])?)(?::(\d{1,5}))?$/i.exec(text);
  const found = bracketed ?? plain;
  const host = isIP(text) === 6 ? text : found?.[1];
  const port = Number((isIP(text) === 6 ? undefined : found?.[2]) ?? 53);
  if (!host || (bracketed && isIP(host) !== 6) || port < 1 || port > 65_535) return undefined;
  return { host, port };
}
