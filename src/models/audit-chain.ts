import { Schema } from 'mongoose';

/** A place in a chain: the number of an event, and the code that its `mac` holds. 0 is before the first. */
export interface ChainPlace {
  number: number;
  mac: string;
  /** HMAC that shows that this server has put the place here, and nobody without the key. */
  proof: string;
}

/** Events that have been given numbers and may not bear them yet. */
export interface ChainBatch {
  /** The code that the first of them follows. */
  mac: string;
  /** In the order of their numbers, the last of which is the head's. */
  events: { id: string; digest: string }[];
}

/** Of an organization's log: how far it is sealed, where it begins, and who seals. */
export interface AuditChain {
  /** The organization's id. */
  _id: string;
  /** The last event that was given a number. Each move is one conditional update, so that no number is given twice. */
  head: ChainPlace;
  /** What the last move of the head gave numbers, until all of them bear theirs. */
  batch?: ChainBatch;
  /** The last event that was removed for its age: the chain begins behind it. */
  removed?: ChainPlace;
  /** As far as a removal under way goes. */
  removing?: ChainPlace;
  /** When the first event that is left was made; no later than that. Absent: none is left. */
  oldest?: Date;
  lease?: { holder: string; until: Date };
}

const part = (fields: object) => ({ type: new Schema(fields, { _id: false }), default: undefined });
const place = { number: Number, mac: String, proof: String };

export const auditChainSchema = new Schema<AuditChain>(
  {
    _id: { type: String, required: true },
    head: part(place),
    batch: part({ mac: String, events: [new Schema({ id: String, digest: String }, { _id: false })] }),
    removed: part(place),
    removing: part(place),
    oldest: Date,
    lease: part({ holder: String, until: Date }),
  },
  { versionKey: false },
);

auditChainSchema.index({ oldest: 1 }, { sparse: true });
