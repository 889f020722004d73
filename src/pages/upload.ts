/** Uploading a picture by a form: of oneself, and of an organization. */
import type { Context } from 'koa';
import { RollcallError, unavailable } from '../lib/errors.js';
import { readUpload } from '../middleware/upload-body.js';
import { PICTURE_MOST_BYTES } from '../services/pictures/make.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';

/** The name of the file's field. */
export const PICTURE_FIELD = 'picture';

/** Files that a process reads at once: each is held in memory until it is whole. */
const MOST_AT_ONCE = 32;
let underWay = 0;

/**
 * Reads the file that a form has brought, once for all that count uploads.
 * @returns its bytes, or what is wrong with it
 * @throws RollcallError `csrf`, `bad_request`, `too_large`; 503 where many are being read
 */
export async function readPictureForm(
  deps: PageDeps,
  ctx: Context,
  userId: string,
): Promise<{ bytes: Buffer } | { fault: Message }> {
  const may = await deps.ownLimits.mayUpload(userId, ctx.ip);
  if (underWay >= MOST_AT_ONCE) throw unavailable();
  underWay += 1;
  try {
    // Of a file that nothing comes of nothing is kept, and it doesn't matter where its form came from.
    const { bytes, tooLarge } = await readUpload(ctx, PICTURE_FIELD, may ? PICTURE_MOST_BYTES : 0);
    if (!may) return { fault: message('picture-too-many') };
    if (tooLarge) return { fault: message('picture-too-large') };
    await deps.csrf.check(ctx, async () => {});
    return { bytes };
  } finally {
    underWay -= 1;
  }
}

const WORDS: Readonly<Record<string, Message>> = {
  picture_missing: message('picture-missing'),
  picture_too_large: message('picture-too-large'),
  not_a_picture: message('picture-not-one'),
  picture_too_many_pixels: message('picture-too-many-pixels'),
};

/** What a service has found wrong with a picture. @throws whatever else it is given */
export function pictureFault(error: unknown): Message {
  const words = error instanceof RollcallError ? WORDS[error.code] : undefined;
  if (!words) throw error;
  return words;
}
