/**
 * Makes a picture of what somebody uploaded. Nothing of the file is kept but what it shows: it is decoded, turned upright, cut square and
 * encoded anew, so that places, names and whatever else it held are gone, and what was no picture leaves nothing. The work is done outside
 * of JavaScript's thread, for two at once.
 */
import type { Metadata, Sharp } from 'sharp';
import { RollcallError, unavailable } from '../../lib/errors.js';
import { PICTURE_SIZES } from '../../models/picture.js';

/** What may be uploaded, in bytes. */
export const PICTURE_MOST_BYTES = 5 * 1024 * 1024;
/** What may be decoded, in pixels: as large as cameras of today make them. A few hundred bytes can claim to be far more. */
export const PICTURE_MOST_PIXELS = 40_000_000;

const SECONDS = 10;
const AT_ONCE = 2;
const WAITING = 8;

const notPicture = (cause?: unknown) =>
  new RollcallError('not_a_picture', 422, 'This file is no PNG, JPEG, WebP, GIF or AVIF picture.', { cause });
const tooManyPixels = () =>
  new RollcallError('picture_too_many_pixels', 422, 'This picture has too many pixels. Make it smaller first.');

const starts = (bytes: Buffer, at: number, text: string) => bytes.toString('latin1', at, at + text.length) === text;

/** By the first bytes, so that nothing else gets near a decoder: not SVG, which is a program, nor what the library reads besides. */
function isKnown(bytes: Buffer): boolean {
  return (
    starts(bytes, 0, '\x89PNG\r\n\x1a\n') ||
    starts(bytes, 0, '\xff\xd8\xff') ||
    starts(bytes, 0, 'GIF87a') ||
    starts(bytes, 0, 'GIF89a') ||
    (starts(bytes, 0, 'RIFF') && starts(bytes, 8, 'WEBP')) ||
    (starts(bytes, 4, 'ftyp') && ['avif', 'avis', 'mif1'].includes(bytes.toString('latin1', 8, 12)))
  );
}

const FORMATS: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'gif']);

/** AVIF is one of the formats in HEIF's container. */
const isDecoded = ({ format, compression }: Metadata): boolean =>
  FORMATS.has(format ?? '') || (format === 'heif' && compression === 'av1') || (format as string) === 'avif';

/** The two sizes of a picture, as WebP. */
export interface Made {
  small: Buffer;
  large: Buffer;
}

/**
 * @throws RollcallError 422 `picture_missing`, `picture_too_large`, `not_a_picture`, `picture_too_many_pixels`; 503 where many are waiting
 */
export async function makePicture(bytes: Buffer): Promise<Made> {
  if (bytes.length === 0) throw new RollcallError('picture_missing', 422, 'Choose a picture first.');
  if (bytes.length > PICTURE_MOST_BYTES)
    throw new RollcallError('picture_too_large', 422, 'This picture is larger than 5 MB.');
  if (!isKnown(bytes)) throw notPicture();
  return inTurn(() => decode(bytes));
}

async function decode(bytes: Buffer): Promise<Made> {
  // Heavy, and needed by few: a start doesn't wait for it.
  const { default: sharp } = await import('sharp');
  const open = () => sharp(bytes, { limitInputPixels: PICTURE_MOST_PIXELS, failOn: 'error', sequentialRead: true });
  const facts = await open()
    .metadata()
    .catch((error: unknown) => {
      throw refusalOf(error);
    });
  if (!isDecoded(facts)) throw notPicture();
  // Deep colours take twice the memory, all of which is needed at once where a file is interlaced.
  const weight = facts.depth === 'uchar' ? 1 : 2;
  if ((facts.width ?? 0) * (facts.height ?? 0) * weight > PICTURE_MOST_PIXELS) throw tooManyPixels();
  const [smallSize, largeSize] = PICTURE_SIZES;
  try {
    // The small one is made of the large one: the file is decoded once.
    const large = await encoded(open().rotate(), largeSize);
    return { large, small: await encoded(sharp(large), smallSize) };
  } catch (error) {
    throw refusalOf(error);
  }
}

/** `rotate` without an angle, before this, is what turns it as its camera was held; without `keepMetadata` none is written. */
const encoded = (image: Sharp, size: number): Promise<Buffer> =>
  image
    .resize(size, size, { fit: 'cover', position: 'centre' })
    .timeout({ seconds: SECONDS })
    .webp({ quality: 82, smartSubsample: true })
    .toBuffer();

/** Whatever a decoder stumbles over is in the file. */
const refusalOf = (error: unknown): RollcallError =>
  /pixel limit/i.test(error instanceof Error ? error.message : '') ? tooManyPixels() : notPicture(error);

let atWork = 0;
const waiting: (() => void)[] = [];

/** @throws RollcallError 503 where as many wait as a person would wait for */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (atWork >= AT_ONCE) {
    if (waiting.length >= WAITING) throw unavailable();
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else atWork += 1;
  try {
    return await work();
  } finally {
    // Who waits takes this one's place.
    const next = waiting.shift();
    if (next) next();
    else atWork -= 1;
  }
}
