/** A real DNS server over UDP, which knows the TXT records that a test gives it. */
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import packet from 'dns-packet';

export interface DnsServer {
  /** For `DNS_SERVERS`. */
  address: string;
  /** By name: each a record, whole or in pieces. What isn't here doesn't exist. */
  records: Map<string, (string | string[])[]>;
  /** The names that were asked for. */
  asked: string[];
  /** What it does instead of answering. */
  behaves: 'as it should' | 'silent' | 'failing';
  close(): Promise<void>;
}

const SERVFAIL = 2;
const NXDOMAIN = 3;

export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const server: DnsServer = {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    records: new Map(),
    asked: [],
    behaves: 'as it should',
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (message, { address, port }) => {
    const { id, questions = [] } = packet.decode(message);
    const name = questions[0]?.name ?? '';
    server.asked.push(name);
    if (server.behaves === 'silent') return;
    const records = server.records.get(name.toLowerCase());
    const code = server.behaves === 'failing' ? SERVFAIL : records ? 0 : NXDOMAIN;
    const answers = code
      ? []
      : (records ?? []).map((data) => ({ type: 'TXT' as const, name, ttl: 0, data: data as string }));
    const flags = packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | code;
    socket.send(packet.encode({ type: 'response', id, flags, questions, answers }), port, address);
  });
  return server;
}
