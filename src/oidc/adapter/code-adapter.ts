import { errors } from 'oidc-provider';
import { RecordAdapter } from './record-adapter.js';

/** No answer takes longer; one that hasn't come by then was lost with its process, and what seems earlier has a clock that is wrong. */
const ANSWER_MS = 10_000;

/**
 * Codes that a client redeems, authorization codes and device codes. A use of one that was used already is either a repetition, or one of
 * several that were sent at once, of which the fastest has won: see `redemption.ts`.
 */
export class CodeAdapter extends RecordAdapter {
  override async consume(id: string): Promise<void> {
    try {
      await super.consume(id);
    } catch (error) {
      if (error instanceof errors.InvalidGrant) await this.#noteSeveral(id);
      throw error;
    }
  }

  /**
   * Notes that the tokens of its one use are made, and are about to be sent.
   * @param alone only where no other request for the same code was seen
   * @returns whether it was noted
   */
  async markAnswered(id: string, { alone }: { alone: boolean }): Promise<boolean> {
    const result = await this.model.updateOne(
      { _id: this.key(id), ...(alone ? { several: { $exists: false } } : {}) },
      { $set: { answeredAt: this.clock.now() } },
    );
    return result.modifiedCount === 1;
  }

  /** @returns whether a request that arrived then was there before the one that won had its answer. */
  async cameBeforeAnswer(id: string, arrivedAt: Date): Promise<boolean> {
    const record = await this.model.findById(this.key(id), { consumed: 1, answeredAt: 1 }).lean();
    if (record?.consumed === undefined) return false;
    if (!record.answeredAt) {
      await this.#noteSeveral(id);
      return this.clock.now().getTime() - record.consumed * 1000 < ANSWER_MS;
    }
    const before = record.answeredAt.getTime() - arrivedAt.getTime();
    return before > 0 && before < ANSWER_MS;
  }

  async #noteSeveral(id: string): Promise<void> {
    await this.model.updateOne({ _id: this.key(id), answeredAt: { $exists: false } }, { $set: { several: true } });
  }
}
