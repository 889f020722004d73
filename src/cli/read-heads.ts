import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UnreadableFileError } from '../services/provisioning/faults.js';

/** Heads by organization: the code by number. */
export type Heads = Map<string, Map<number, string>>;

/**
 * What the servers' log output says of the audit log's chains. Whatever else is in it is passed over, in whatever else it is wrapped.
 * @param path `-` for the input
 * @throws UnreadableFileError
 */
export async function readHeads(path: string): Promise<Heads> {
  const heads: Heads = new Map();
  const input = path === '-' ? process.stdin : createReadStream(path);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) note(heads, line);
  } catch (cause) {
    throw new UnreadableFileError(`${path} can’t be read: ${(cause as Error).message}`, { cause });
  }
  return heads;
}

function note(heads: Heads, line: string): void {
  if (!line.includes('"audit_head"')) return;
  const { event, organizationId, number, mac } = parsed(line.slice(line.indexOf('{')));
  if (event !== 'audit_head' || typeof organizationId !== 'string') return;
  if (typeof number !== 'number' || typeof mac !== 'string') return;
  heads.set(organizationId, (heads.get(organizationId) ?? new Map<number, string>()).set(number, mac));
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
