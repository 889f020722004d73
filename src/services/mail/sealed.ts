/** Queued mails lie in the store sealed: their links open accounts. */
import type { Encryption } from '../../lib/encryption.js';
import type { ServiceContext } from '../context.js';

/** The queue's name in the store. */
export const MAIL_QUEUE = 'mail';

/** A mail as it waits. */
export interface QueuedMail {
  kind: string;
  /** Tells recipients' servers apart and nobody about them. */
  server: string;
  sealed: string;
  id: string;
  expiresAt: Date | null;
}

/** What a mail is sealed for: it opens as no other. */
export const sealedFor = (id: string) => `mail ${id}`;

/**
 * Seals the mails that wait with the newest key. One whose key is gone already is no reason not to start: it stays until it is too old.
 * @returns how many
 */
export async function resealMails({ models }: ServiceContext, encryption: Encryption): Promise<number> {
  let count = 0;
  for await (const { _id, payload } of models.Delivery.find({ kind: MAIL_QUEUE }, { payload: 1 }).lean().cursor()) {
    const { id, sealed } = payload as unknown as QueuedMail;
    if (encryption.isNewest(sealed)) continue;
    const opened = openMail(encryption, { id, sealed });
    if (opened === undefined) continue;
    const { modifiedCount } = await models.Delivery.updateOne(
      { _id, 'payload.sealed': sealed },
      { $set: { 'payload.sealed': encryption.seal(opened, sealedFor(id)) } },
    );
    count += modifiedCount;
  }
  return count;
}

/** @returns undefined where none of the keys opens it */
export function openMail(
  encryption: Encryption,
  { id, sealed }: Pick<QueuedMail, 'id' | 'sealed'>,
): string | undefined {
  try {
    return encryption.open(sealed, sealedFor(id));
  } catch {
    return undefined;
  }
}
