import type { Model } from 'mongoose';
import type { Clock } from '../../lib/clock.js';
import { isDuplicateKey } from '../../lib/errors.js';
import type { OidcRecord } from '../../models/index.js';
import { type Payload, RecordAdapter, updateOne } from './record-adapter.js';

/** Longer than any request lasts that has read a session before it ended. */
const MARK_SECONDS = 60 * 60;

/**
 * Sessions are saved as a whole by each request that uses one. One that has ended (signed out, or under a new id since a sign-in) leaves a
 * mark under its id, against which a late save comes to nothing.
 */
export class SessionAdapter extends RecordAdapter {
  /** @param absolute how old the sign-in of a session may get, in seconds, however it is used */
  constructor(
    name: string,
    model: Model<OidcRecord>,
    clock: Clock,
    private readonly absolute: number,
  ) {
    super(name, model, clock);
  }

  /** Each save is for a second at least, so the end alone would be moved on by who comes every second. */
  protected override live(record: OidcRecord | null | undefined, id?: string): Payload | undefined {
    const { loginTs } = record?.payload ?? {};
    if (typeof loginTs === 'number' && (loginTs + this.absolute) * 1000 <= this.clock.now().getTime()) return undefined;
    return super.live(record, id);
  }

  override async upsert(id: string, payload: Payload, expiresIn?: number): Promise<void> {
    const filter = { _id: this.key(id), ended: { $exists: false } };
    const save = () => updateOne(this.model, filter, { $set: this.fields(payload, expiresIn) }, { upsert: true });
    try {
      await save();
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // Ended, or made by another request at the same moment: then this one is an update.
      if (!(await this.model.exists({ _id: this.key(id), ended: true }))) await save();
    }
  }

  /**
   * Lets a session go on under another id. It is there under that before the former one ends, so that whoever ends a person's sessions at this
   * very moment finds it under either; the uid, which one session alone bears, comes last.
   * @returns false where it has ended meanwhile, or goes on under a third id: then it doesn't under this one
   */
  async move(from: string, to: string, payload: Payload, expiresIn: number): Promise<boolean> {
    const { uid, expiresAt, ...fields } = this.fields(payload, expiresIn);
    const going = { ...fields, expiresAt: this.#soon() };
    await updateOne(this.model, { _id: this.key(to) }, { $set: going }, { upsert: true });
    if ((await this.#endAlive(from)) && (await this.#arrive(to, { uid, expiresAt }))) return true;
    await this.destroy(to);
    return false;
  }

  /** One that isn't there is as good: it was a stranger's cookie, and nobody can have ended it. */
  async #endAlive(id: string): Promise<boolean> {
    try {
      await updateOne(this.model, { _id: this.key(id), ended: { $exists: false } }, this.#mark(), { upsert: true });
      return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return false;
    }
  }

  async #arrive(id: string, fields: object): Promise<boolean> {
    const filter = { _id: this.key(id), ended: { $exists: false } };
    return (await updateOne(this.model, filter, { $set: fields })).matchedCount === 1;
  }

  override async destroy(id: string): Promise<void> {
    await updateOne(this.model, { _id: this.key(id) }, this.#mark(), { upsert: true });
  }

  readonly #soon = () => new Date(this.clock.now().getTime() + MARK_SECONDS * 1000);
  readonly #mark = () => ({
    $set: { ended: true, payload: {}, expiresAt: this.#soon() },
    $unset: { uid: 1, accountId: 1 },
  });
}
