// Loaded into a server process (NODE_OPTIONS=--import=…): kills it right before the write that DIE_BEFORE names as COLLECTION:NTH, of
// those that store a record of the protocol.
import mongoose from 'mongoose';

const [name, nth] = (process.env.DIE_BEFORE ?? '').split(':');
const { prototype } = mongoose.mongo.Collection;
const { bulkWrite } = prototype;
let seen = 0;

prototype.bulkWrite = function bulkWriteUnlessDead(operations, options) {
  if (this.collectionName === name) {
    for (const { updateOne } of operations) {
      if (updateOne?.upsert) seen += 1;
      if (seen === Number(nth)) process.kill(process.pid, 'SIGKILL');
    }
  }
  return bulkWrite.call(this, operations, options);
};
