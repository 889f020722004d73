// Loaded into a server process (NODE_OPTIONS=--import=…): kills it right before the write that DIE_BEFORE names as COLLECTION:NTH, of
// those that store a record of the protocol.
import mongoose from 'mongoose';

const [name, nth] = (process.env.DIE_BEFORE ?? '').split(':');
const { prototype } = mongoose.mongo.Collection;
const { updateOne } = prototype;
let seen = 0;

prototype.updateOne = function updateOneUnlessDead(filter, update, options) {
  if (this.collectionName === name && options?.upsert) {
    seen += 1;
    if (seen === Number(nth)) process.kill(process.pid, 'SIGKILL');
  }
  return updateOne.call(this, filter, update, options);
};
