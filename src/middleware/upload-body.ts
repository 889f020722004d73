/**
 * A form with one file (multipart/form-data, RFC 7578). The body is read up to what a file of ours may be, so that memory is bounded whatever
 * comes; what is longer is read to its end and dropped, so that whoever sent it gets an answer instead of a broken connection.
 */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { RollcallError } from '../lib/errors.js';
import { malformedTexts } from '../lib/malformed-text.js';

/** What stands around the file: boundaries, headers, the hidden fields. */
const AROUND = 16 * 1024;
/** A form of ours has three parts; each that is parsed costs more than it took to send. */
const MOST_PARTS = 12;
/** What is read and dropped at most, in bytes: nobody sends as much by mistake. */
const MOST_DROPPED = 100 * 1024 * 1024;
/** How long a body may take, in milliseconds. */
const PATIENCE_MS = 60_000;

export interface Upload {
  /** Empty where no file was chosen. */
  bytes: Buffer;
  /** The file was larger than it may be: then the rest of the form isn't known. */
  tooLarge: boolean;
}

const unreadable = (cause?: unknown) =>
  new RollcallError('bad_request', 400, 'This form could not be read.', { cause });

/**
 * Reads the form; its texts become the request's body, as of any form, for the CSRF check and `field`.
 * @param name of the file's field
 * @throws RollcallError `bad_request`, `too_large` (413) for what is no form of ours
 */
export async function readUpload(ctx: Context, name: string, mostBytes: number): Promise<Upload> {
  const type = ctx.get('Content-Type');
  const boundary = /^multipart\/form-data\s*;.*\bboundary="?([^\s";]{1,70})"?/i.exec(type)?.[1];
  if (!boundary) throw unreadable();
  const body = await readUpTo(ctx.req, mostBytes + AROUND);
  if (!body) return { bytes: Buffer.alloc(0), tooLarge: true };
  if (countOf(body, `--${boundary}`) > MOST_PARTS) throw unreadable();
  const form = await new Response(body as unknown as ConstructorParameters<typeof Response>[0], {
    headers: { 'content-type': type },
  })
    .formData()
    .catch((error: unknown) => {
      throw unreadable(error);
    });
  const fields: Record<string, string> = Object.create(null);
  for (const [key, value] of form) if (typeof value === 'string') fields[key] = value;
  if (malformedTexts(fields, 1).length) throw unreadable();
  (ctx.request as { body?: unknown }).body = fields;
  const file = form.get(name);
  if (file === null || typeof file === 'string') return { bytes: Buffer.alloc(0), tooLarge: false };
  if (file.size > mostBytes) return { bytes: Buffer.alloc(0), tooLarge: true };
  return { bytes: Buffer.from(await file.arrayBuffer()), tooLarge: false };
}

/** @returns undefined where it is longer; all of it was read then. @throws RollcallError `too_large`, `bad_request` where it was cut off */
function readUpTo(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const end = (settle: () => void) => {
      clearTimeout(timer);
      request.removeAllListeners('data').off('end', done).off('error', cut).off('close', cut);
      settle();
    };
    const refuse = (status: 408 | 413) => {
      request.pause();
      end(() => reject(new RollcallError('too_large', status, 'This form holds more than a page of ours sends.')));
    };
    const done = () => end(() => resolve(length > most ? undefined : Buffer.concat(chunks)));
    const cut = (error?: unknown) => end(() => reject(unreadable(error)));
    const timer = setTimeout(() => refuse(408), PATIENCE_MS);
    request.on('end', done).on('error', cut).on('close', cut);
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      else chunks = [];
      if (length > MOST_DROPPED) refuse(413);
    });
  });
}

/** How often a text occurs, counted no further than matters. */
function countOf(body: Buffer, text: string): number {
  let count = 0;
  for (let at = body.indexOf(text); at !== -1 && count <= MOST_PARTS; at = body.indexOf(text, at + text.length))
    count += 1;
  return count;
}
