import { CodeAdapter } from './code-adapter.js';
import type { Payload } from './record-adapter.js';

/** How long a device that comes too late is still told so by `expired_token`, and not that its code is unknown. Seconds. */
const KEPT_AFTER_END = 60 * 60;

/** Clocks and networks are uneven: a poll that is this much early isn't taken for haste. Milliseconds. */
const POLL_TOLERANCE = 500;

/**
 * Device codes (RFC 8628). A device holds the code itself; a person's browser, which only ever names what the person is asked about,
 * goes by the key under which it is stored, and that opens nothing at the token endpoint.
 */
export class DeviceCodeAdapter extends CodeAdapter {
  /** Under what a code is stored: what the claim of its user code and a login that decides about it name it by. */
  keyOf(id: string): string {
    return this.key(id);
  }

  /** A new one. What becomes of it is written by `decide`, `poll` and `consume` alone, each one conditional update. */
  override async upsert(id: string, payload: Payload, expiresIn = 0): Promise<void> {
    const fields = this.fields(payload, expiresIn + KEPT_AFTER_END);
    await this.model.create({ _id: this.key(id), ...fields, nextPollAt: this.clock.now() });
  }

  async findByKey(key: string): Promise<Payload | undefined> {
    return this.live(await this.model.findById(key).lean());
  }

  /**
   * Keeps what the person has decided.
   * @returns false where it was decided already or has expired: then nothing has changed.
   */
  async decide(key: string, payload: Payload): Promise<boolean> {
    const result = await this.model.updateOne(
      {
        _id: key,
        'payload.accountId': { $exists: false },
        'payload.error': { $exists: false },
        'payload.exp': { $gt: Math.floor(this.clock.now().getTime() / 1000) },
      },
      { $set: this.fields(payload) },
    );
    return result.modifiedCount === 1;
  }

  /**
   * Counts a device's question whether the person has decided.
   * @param interval seconds that have to lie between two.
   * @returns false where it comes too soon after the last one that counted, whichever process that reached.
   */
  async poll(id: string, interval: number): Promise<boolean> {
    const now = this.clock.now();
    const result = await this.model.updateOne(
      { _id: this.key(id), nextPollAt: { $lte: now } },
      { $set: { nextPollAt: new Date(now.getTime() + interval * 1000 - POLL_TOLERANCE) } },
    );
    return result.modifiedCount === 1;
  }
}
