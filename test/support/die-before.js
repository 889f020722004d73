// Loaded into a server process (NODE_OPTIONS=--import=…): kills it right before the write that DIE_BEFORE names as COLLECTION:NTH, of
// those that store a record of the protocol. It looks at what is sent to the database (OP_MSG), as the driver is bundled with the server.
import { Socket } from 'node:net';
import { deserialize } from 'bson';

const OP_MSG = 2013;
const [name, nth] = (process.env.DIE_BEFORE ?? '').split(':');
const { write } = Socket.prototype;
let seen = 0;

Socket.prototype.write = function writeUnlessDead(chunk, ...rest) {
  for (const { upsert } of updatesIn(chunk)) {
    if (upsert) seen += 1;
    if (seen === Number(nth)) process.kill(process.pid, 'SIGKILL');
  }
  return write.call(this, chunk, ...rest);
};

/** What a message to the collection updates, where it is one: a header of 16 bytes, flags, and a section of kind 0. */
function updatesIn(chunk) {
  if (!Buffer.isBuffer(chunk) || chunk.length < 26 || chunk.readInt32LE(12) !== OP_MSG) return [];
  const command = deserialize(chunk.subarray(21, 21 + chunk.readInt32LE(21)));
  return command.update === name ? command.updates : [];
}
