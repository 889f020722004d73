import { type Document, deserialize, serialize } from 'bson';

/** MongoDB's wire protocol, as far as today's drivers speak it: OP_MSG, and OP_QUERY for the first hello. Little-endian throughout. */
export const OP_QUERY = 2004;
const OP_REPLY = 1;
export const OP_MSG = 2013;

export interface Message {
  requestId: number;
  opCode: number;
  command: Document;
  /** The sender waits for no answer. */
  silent: boolean;
}

const MOST_BYTES = 48_000_000;
const OPTIONS = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Splits a stream into messages; a size that can't be is the end of the connection. */
export function createReader(onMessage: (message: Message) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= 16) {
      const length = rest.readInt32LE(0);
      if (length < 16 || length > MOST_BYTES) throw new Error('a message of an impossible size');
      if (rest.length < length) return;
      const body = rest.subarray(0, length);
      rest = rest.subarray(length);
      onMessage(parse(body));
    }
  };
}

function parse(body: Buffer): Message {
  const requestId = body.readInt32LE(4);
  const opCode = body.readInt32LE(12);
  if (opCode === OP_QUERY) {
    const end = body.indexOf(0, 20);
    const [db] = body.toString('utf8', 20, end).split('.$cmd');
    const start = end + 9;
    const command = deserialize(body.subarray(start, start + body.readInt32LE(start)), OPTIONS);
    return { requestId, opCode, command: { ...command, $db: db }, silent: false };
  }
  if (opCode !== OP_MSG) throw new Error(`the operation ${opCode} is not spoken here`);
  const flags = body.readUInt32LE(16);
  const end = body.length - (flags & 1 ? 4 : 0);
  let command: Document = {};
  const sequences: Document = {};
  let at = 20;
  while (at < end) {
    const kind = body[at];
    const size = body.readInt32LE(at + 1);
    if (kind === 0) command = deserialize(body.subarray(at + 1, at + 1 + size), OPTIONS);
    else if (kind === 1) readSequence(body.subarray(at + 1, at + 1 + size), sequences);
    else throw new Error(`a section of kind ${kind}`);
    at += 1 + size;
  }
  return { requestId, opCode, command: { ...command, ...sequences }, silent: (flags & 2) !== 0 };
}

function readSequence(section: Buffer, into: Document): void {
  const end = section.indexOf(0, 4);
  const documents: Document[] = [];
  let at = end + 1;
  while (at < section.length) {
    const size = section.readInt32LE(at);
    documents.push(deserialize(section.subarray(at, at + size), OPTIONS));
    at += size;
  }
  into[section.toString('utf8', 4, end)] = documents;
}

export function formatReply(to: Message, answer: Document, requestId: number): Buffer {
  const body = Buffer.from(serialize(answer, { ignoreUndefined: true }));
  const head = to.opCode === OP_QUERY ? Buffer.alloc(36) : Buffer.alloc(21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(requestId, 4);
  head.writeInt32LE(to.requestId, 8);
  head.writeInt32LE(to.opCode === OP_QUERY ? OP_REPLY : OP_MSG, 12);
  if (to.opCode === OP_QUERY) {
    head.writeInt32LE(8, 16);
    head.writeInt32LE(1, 32);
  }
  return Buffer.concat([head, body]);
}
