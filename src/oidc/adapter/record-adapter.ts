import { type Model, mongo } from 'mongoose';
import { errors } from 'oidc-provider';
import { batchedReads, batchedWrites } from '../../lib/batched.js';
import type { Clock } from '../../lib/clock.js';
import { digest } from '../../lib/ids.js';
import type { OidcRecord } from '../../models/index.js';
import { isOfAnotherKind } from '../token-kinds.js';

export type Payload = Record<string, unknown>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

interface Save {
  _id: string;
  fields: Partial<OidcRecord>;
}

/** Past Mongoose: these are many, and the library has seen to their shape. */
export const updateOne = (
  { collection }: Model<OidcRecord>,
  filter: object,
  update: { $set?: object; $setOnInsert?: object; $unset?: object },
  options: { upsert?: boolean } = {},
) => collection.updateOne(filter, update, { ignoreUndefined: true, ...options });

/** One by itself is cheaper as an update than as a bulk of one. */
async function saveAll(model: Model<OidcRecord>, saves: readonly Save[]): Promise<Map<number, Error>> {
  const [first, ...more] = saves;
  if (first && !more.length) {
    const { _id, fields } = first;
    await updateOne(model, { _id }, { $set: fields }, { upsert: true });
    return new Map();
  }
  const operations = saves.map(({ _id, fields }) => ({
    updateOne: { filter: { _id } as object, update: { $set: fields }, upsert: true },
  }));
  try {
    await model.collection.bulkWrite(operations, { ordered: false, ignoreUndefined: true });
    return new Map();
  } catch (error) {
    const failed = error instanceof mongo.MongoBulkWriteError ? [error.writeErrors].flat() : [];
    if (!failed.length) throw error;
    return new Map(
      failed.map((one) => [one.index, new mongo.MongoServerError({ code: one.code, errmsg: one.errmsg ?? '' })]),
    );
  }
}

/**
 * The library's storage contract on one collection. What is stored lies under a digest of its id and without the id itself, so
 * that the store opens nothing. The TTL sweeper lags, so expiry is checked on read.
 */
export class RecordAdapter {
  readonly #records = batchedReads(
    (ids) => this.model.collection.find<OidcRecord>({ _id: { $in: ids } } as object).toArray(),
    (record) => record._id,
  );
  readonly #saves = batchedWrites((saves: readonly Save[]) => saveAll(this.model, saves));

  constructor(
    protected readonly name: string,
    protected readonly model: Model<OidcRecord>,
    protected readonly clock: Clock,
  ) {}

  protected key(id: string): string {
    return digest(this.name, id);
  }

  /** Saves what is still there. @returns false where it has ended */
  async update(id: string, payload: Payload, expiresIn: number): Promise<boolean> {
    const saved = await updateOne(this.model, { _id: this.key(id) }, { $set: this.fields(payload, expiresIn) });
    return saved.matchedCount === 1;
  }

  async upsert(id: string, payload: Payload, expiresIn?: number): Promise<void> {
    await this.#saves.load({ _id: this.key(id), fields: this.fields(payload, expiresIn) });
  }

  protected fields(payload: Payload, expiresIn?: number): Partial<OidcRecord> {
    const { jti: _jti, ...kept } = payload;
    const fields: Partial<OidcRecord> = {
      payload: kept,
      ...(expiresIn ? { expiresAt: new Date(this.clock.now().getTime() + expiresIn * 1000) } : {}),
    };
    for (const field of ['grantId', 'uid', 'accountId', 'sessionUid'] as const) {
      const value = text(payload[field]);
      if (value !== undefined) fields[field] = value;
    }
    return fields;
  }

  async find(id: string): Promise<Payload | undefined> {
    if (isOfAnotherKind(this.name, id)) return undefined;
    return this.live(await this.#records.load(this.key(id)), id);
  }

  async findByUid(uid: string): Promise<Payload | undefined> {
    return this.live(await this.model.findOne({ uid }).lean());
  }

  /** Nothing is found so: people's codes are looked up by claims (`device/user-codes.ts`), and the library's own form isn't used. */
  async findByUserCode(_userCode: string): Promise<undefined> {
    return undefined;
  }

  /** One conditional update: of N at once, one succeeds, the others learn it by `invalid_grant` (RFC 9700 2.1.1). */
  async consume(id: string): Promise<void> {
    const result = await updateOne(
      this.model,
      { _id: this.key(id), consumed: { $exists: false } },
      { $set: { consumed: Math.floor(this.clock.now().getTime() / 1000) } },
    );
    if (result.modifiedCount !== 1) throw new errors.InvalidGrant('it was used already');
  }

  /** Moves the end of what is still there and unused; what has ended meanwhile stays ended. @param exp in seconds since the epoch */
  async prolong(id: string, exp: number): Promise<void> {
    await updateOne(
      this.model,
      { _id: this.key(id), consumed: { $exists: false } },
      { $set: { 'payload.exp': exp, expiresAt: new Date(exp * 1000) } },
    );
  }

  async destroy(id: string): Promise<void> {
    await this.model.collection.deleteOne({ _id: this.key(id) } as object);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.model.deleteMany({ grantId });
  }

  protected live(record: OidcRecord | null | undefined, id?: string): Payload | undefined {
    if (!record || record.ended) return undefined;
    if (record.expiresAt && record.expiresAt.getTime() <= this.clock.now().getTime()) return undefined;
    return {
      ...record.payload,
      ...(id === undefined ? {} : { jti: id }),
      ...(record.consumed === undefined ? {} : { consumed: record.consumed }),
    };
  }
}
