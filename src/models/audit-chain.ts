import { Schema } from 'mongoose';

/** A place in a chain: the number of an event, and the code that its `mac` holds. 0 is before the first. */
export interface ChainPlace {
  number: number;
  mac: string;
  /** HMAC that shows that a sealer has put this place here, and nobody without the key. */
  proof: string;
}

/** Of an organization's log: how far it is sealed, where it begins, and who seals. */
export interface AuditChain {
  /** The organization's id. */
  _id: string;
  /** The last event that has a number. Moved by one conditional update each, so that no number is given twice. */
  head: ChainPlace;
  /** The events that the last move gave numbers, the head's last; until `settled` some of them may not bear theirs yet. */
  batch: { id: string; digest: string }[];
  settled: boolean;
  /** The last event that retention has removed: the chain begins behind it. */
  removed?: ChainPlace;
  /** When the first event that is left was made. Absent: none is. */
  oldest?: Date;
  lease?: { holder: string; until: Date };
}

const place = new Schema<ChainPlace>({ number: Number, mac: String, proof: String }, { _id: false });

export const auditChainSchema = new Schema<AuditChain>(
  {
    _id: { type: String, required: true },
    head: { type: place, required: true },
    batch: { type: [new Schema({ id: String, digest: String }, { _id: false })], required: true },
    settled: { type: Boolean, required: true },
    removed: { type: place, default: undefined },
    oldest: Date,
    lease: { type: new Schema({ holder: String, until: Date }, { _id: false }), default: undefined },
  },
  { versionKey: false },
);

auditChainSchema.index({ oldest: 1 }, { sparse: true });
