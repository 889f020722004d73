import { Schema } from 'mongoose';

/** Something was deleted: it counts for nothing from then on, can be had back until `eraseAt`, and goes for good after that. */
export interface Deletion {
  at: Date;
  eraseAt: Date;
  /** Only an operator gives it back. */
  barred?: boolean;
  /** It is being erased: nobody gets it back any more. */
  erasing?: boolean;
  /** It is said in the log that it was erased; the document is the last that goes. */
  erased?: boolean;
}

/** What was deleted is kept for so long. */
export const KEPT_DAYS = 14;

export const deletion = {
  type: new Schema<Deletion>(
    {
      at: { type: Date, required: true },
      eraseAt: { type: Date, required: true },
      barred: Boolean,
      erasing: Boolean,
      erased: Boolean,
    },
    { _id: false },
  ),
  default: undefined,
};
