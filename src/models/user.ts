import { Schema } from 'mongoose';
import { type Deletion, deletion } from './deletion.js';
import { type PendingEvent, pendingEvents } from './event.js';

/** A person. One account, any number of memberships. */
export interface User {
  /** `usr_…` */
  _id: string;
  /** As the claim document holds it: trimmed, lower case. */
  email: string;
  emailVerified: boolean;
  name: string;
  /** The id of the picture that they have given themselves: the claim `picture`, before the one in `profile`. */
  picture?: string | null;
  /** Standard claims of the scope `profile` by their OIDC names. */
  profile?: Record<string, unknown>;
  passwordHash?: string;
  /** The sign-in (`services/sign-ins.ts`) in which somebody made the account themselves, until its address is proved (R10). */
  madeIn?: string;
  /** In which language they made it, for mails: their own setting, the claim `locale`, comes first. */
  language?: string;
  /** The mails that they don't want; all others they get. */
  notices?: { rolesGiven?: false; newSignIn?: false };
  /** `disabling` denies at once while administrator seats are being given up. */
  status: 'active' | 'disabling' | 'disabled';
  /**
   * While `disabling`: the attempt, under whose id alone it ends, whether organizations may be left without an administrator, and, where it is
   * their own wish to be deleted, that wish: whoever finds it left behind goes on with it.
   */
  disabling?: { attempt: string; force: boolean; deletion?: Deletion };
  /** Of a disabled user: their own doing, which signing in takes back. */
  deletion?: Deletion;
  /** Sessions, grants and consents that a new password ends, until they have ended: see `services/end-access.ts`. */
  ending?: Ending;
  /** Another address that waits to be confirmed: see `services/change-address.ts`. */
  addressChange?: AddressChange;
  metadata?: Record<string, string>;
  /** By what they are sorted and found (`services/copies.ts`); absent in those of an earlier version until these are filled. */
  sortName?: string;
  words?: string[];
  /** Raised by each change: what an ETag is made of. */
  revision?: number;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export interface Ending {
  id: string;
  since: Date;
  /** What applications were allowed goes too. */
  consents: boolean;
  /** The uid of a session that stays. */
  except?: string;
}

export interface AddressChange {
  id: string;
  /** The new one. */
  email: string;
  /** The sign-in that has asked for it. */
  signIn: string;
  /** By a link that was mailed there; of an address that was never verified nothing is asked. */
  newConfirmed: boolean;
  oldConfirmed: boolean;
  worksUntil: Date;
}

export const userSchema = new Schema<User>(
  {
    _id: { type: String, required: true },
    email: { type: String, required: true },
    emailVerified: { type: Boolean, required: true, default: false },
    name: { type: String, required: true },
    picture: String,
    profile: { type: Schema.Types.Mixed },
    passwordHash: String,
    madeIn: String,
    language: String,
    notices: {
      type: new Schema({ rolesGiven: Boolean, newSignIn: Boolean }, { _id: false }),
      default: undefined,
    },
    status: { type: String, enum: ['active', 'disabling', 'disabled'], required: true, default: 'active' },
    disabling: {
      type: new Schema({ attempt: { type: String, required: true }, force: Boolean, deletion }, { _id: false }),
      default: undefined,
    },
    deletion,
    ending: {
      type: new Schema(
        {
          id: { type: String, required: true },
          since: { type: Date, required: true },
          consents: { type: Boolean, required: true },
          except: String,
        },
        { _id: false, id: false },
      ),
      default: undefined,
    },
    addressChange: {
      type: new Schema(
        {
          id: { type: String, required: true },
          email: { type: String, required: true },
          signIn: { type: String, required: true },
          newConfirmed: { type: Boolean, required: true },
          oldConfirmed: { type: Boolean, required: true },
          worksUntil: { type: Date, required: true },
        },
        // Mongoose's own `id` would hide ours.
        { _id: false, id: false },
      ),
      default: undefined,
    },
    metadata: { type: Schema.Types.Mixed },
    sortName: String,
    words: { type: [String], default: undefined },
    revision: Number,
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);
// Not unique: what keeps addresses apart is the claim, which comes first and can be left behind.
userSchema.index({ email: 1, sortName: 1 });
userSchema.index({ words: 1, sortName: 1 });
// Who is to be erased.
userSchema.index({ 'deletion.eraseAt': 1 }, { sparse: true });
userSchema.index({ 'ending.since': 1 }, { sparse: true });
// Whose deletion was begun.
userSchema.index({ 'disabling.deletion.at': 1 }, { sparse: true });
