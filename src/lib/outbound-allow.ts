import { isIP } from 'node:net';
import { holds, networks, parseNetwork } from './addresses.js';

/** One entry of OUTBOUND_ALLOW: a host by name or address, at one port or any, or a network. */
export type OutboundRule = { host: string; port: number | null } | { network: string };

/** What OUTBOUND_ALLOW is where the issuer itself is on this machine. */
export const LOOPBACK_RULES: readonly OutboundRule[] = [{ network: '127.0.0.0/8' }, { network: '::1/128' }];

/** `HOST`, `HOST:PORT`, `[IPv6]:PORT` or a network such as `10.0.0.0/8`; undefined for anything else. */
export function parseOutboundRule(text: string): OutboundRule | undefined {
  if (text.includes('/')) return parseNetwork(text) ? { network: text } : undefined;
  if (isIP(text) === 6) return { host: canonicalHost(`[${text}]`) ?? text, port: null };
  const [, name = '', digits] = /^(\[[^\]]+\]|[^:\s[\]@?#\\*]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = canonicalHost(name);
  const port = digits === undefined ? null : Number(digits);
  if (!host || port === 0 || (port ?? 0) > 65_535) return undefined;
  return { host, port };
}

/** A host as URLs write it: lower case, punycode, addresses in their shortest form and without brackets. */
function canonicalHost(text: string): string | undefined {
  const hostname = text && URL.parse(`http://${text}`)?.hostname;
  return hostname ? bareHost(hostname) : undefined;
}

export const bareHost = (hostname: string) => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** Answers whether what was asked for stands in OUTBOUND_ALLOW. */
export interface OutboundAllow {
  /** By the name (or address) in the URL. */
  host(hostname: string, port: number): boolean;
  /** By the address that would be connected to. */
  address(address: string): boolean;
}

export function outboundAllow(rules: readonly OutboundRule[]): OutboundAllow {
  const hosts = rules.flatMap((rule) => ('host' in rule ? [rule] : []));
  const set = networks(rules.flatMap((rule) => ('network' in rule ? [rule.network] : [])));
  return {
    host: (hostname, port) =>
      hosts.some((rule) => rule.host === bareHost(hostname) && (rule.port === null || rule.port === port)),
    address: (address) => holds(set, address),
  };
}
