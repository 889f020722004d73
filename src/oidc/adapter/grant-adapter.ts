import { isDuplicateKey } from '../../lib/errors.js';
import { type Payload, RecordAdapter, updateOne } from './record-adapter.js';

/** What a grant was when it was read: it is saved only while it still is. */
export interface GrantState {
  generation: unknown;
  openid: unknown;
  resources: unknown;
}

/** Grants are found by ids that are made beforehand, so several requests may make or change the same one at once. */
export class GrantAdapter extends RecordAdapter {
  /** Saves a new one, but what is there already stays. @returns false then: of several who begin the same grant at once, all go on with one */
  async insert(id: string, payload: Payload, expiresIn: number): Promise<boolean> {
    const fields = this.fields(payload, expiresIn);
    try {
      const result = await updateOne(this.model, { _id: this.key(id) }, { $setOnInsert: fields }, { upsert: true });
      return result.upsertedCount === 1;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Takes away one that has expired, where the store hasn't done so yet. */
  async sweep(id: string): Promise<void> {
    await this.model.deleteOne({ _id: this.key(id), expiresAt: { $lte: this.clock.now() } });
  }

  /** @returns false where it has ended or was changed since it was read: then nothing is saved. */
  async replace(id: string, payload: Payload, expiresIn: number, read: GrantState): Promise<boolean> {
    const result = await updateOne(
      this.model,
      {
        _id: this.key(id),
        'payload.generation': read.generation ?? null,
        'payload.openid': read.openid ?? null,
        'payload.resources': read.resources ?? null,
      },
      { $set: this.fields(payload, expiresIn) },
    );
    return result.matchedCount === 1;
  }
}
