import { Schema } from 'mongoose';

/** Somebody who signs up and hasn't shown yet that the address is theirs (`SIGN_UP=verified`). One for each login. */
export interface PendingSignUp {
  /** A digest of the login, which belongs to one browser. */
  _id: string;
  /** The account's, once it is made: so that it is made once, also by who comes again after a crash. */
  userId: string;
  name: string;
  email: string;
  passwordHash: string;
  /** A digest of the code and the login. */
  codeHash: string;
  /** Whether this code was mailed: the others, of which anybody can have as many made as they like, don't work. */
  mailed: boolean;
  /** Wrong or right, since this code was made. */
  tries: number;
  /** When the code ends. */
  worksUntil: Date;
  /** What was typed is kept a little longer, so that another code can be asked for. */
  expiresAt: Date;
}

export const pendingSignUpSchema = new Schema<PendingSignUp>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    name: { type: String, required: true },
    email: { type: String, required: true },
    passwordHash: { type: String, required: true },
    codeHash: { type: String, required: true },
    mailed: { type: Boolean, required: true },
    tries: { type: Number, required: true },
    worksUntil: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false },
);

pendingSignUpSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
