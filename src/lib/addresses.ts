import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * IPv4 networks that no public host has (the IANA IPv4 Special-Purpose Address Registry, multicast and reserved space), and one public
 * address behind which a cloud keeps its metadata.
 */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '168.63.129.16/32',
];

/** The part of IPv6 that is global unicast; all the rest (loopback, unique local, link-local, multicast, mapped, NAT64) is special. */
const GLOBAL_V6 = ['2000::/3'];

/** What isn't public within it: protocol assignments with Teredo, documentation, and 6to4, which hides an IPv4 address. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** A network in CIDR notation, or undefined for anything else. */
export function parseNetwork(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', digits = ''] = /^([\da-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const version = isIP(address);
  const bits = Number(digits);
  if (!version || bits > (version === 4 ? 32 : 128)) return undefined;
  return { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** A set of networks. @throws TypeError for one that isn't in CIDR notation. */
export function networks(list: readonly string[]): BlockList {
  const set = new BlockList();
  for (const one of list) {
    const network = parseNetwork(one);
    if (!network) throw new TypeError(`${one} is no network in CIDR notation`);
    set.addSubnet(network.address, network.bits, network.family);
  }
  return set;
}

const specialV4 = networks(SPECIAL_V4);
const globalV6 = networks(GLOBAL_V6);
const specialV6 = networks(SPECIAL_V6);

/** Whether a set holds an address. An IPv4 address that is mapped into IPv6 counts as itself. */
export function holds(set: BlockList, address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  if (!isIP(bare)) return false;
  return set.check(bare, isIPv4(bare) ? 'ipv4' : 'ipv6');
}

/** Whether an address is one that a host on the internet has, so that calling it reaches nobody's own network. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  if (!isIP(bare)) return false;
  return isIPv4(bare) ? !holds(specialV4, bare) : holds(globalV6, bare) && !holds(specialV6, bare);
}
