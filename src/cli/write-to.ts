import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { UnwritableFileError } from './running.js';

/**
 * Writes text as it comes. A file is replaced whole when all of it is there, and only its owner may read it; a device or a pipe is
 * written to as it is.
 * @param path `-` for the output
 * @throws UnwritableFileError
 */
export async function writeTo(path: string, chunks: AsyncIterable<string>): Promise<void> {
  if (path === '-') return writeOut(chunks);
  const present = await stat(path).catch(() => undefined);
  const special = present !== undefined && !present.isFile();
  const target = special ? path : `${path}.${randomBytes(6).toString('hex')}`;
  const handle = await open(target, special ? 'w' : 'wx', 0o600).catch((cause) => {
    throw unwritable(path, cause);
  });
  try {
    for await (const chunk of chunks) await handle.appendFile(chunk);
    if (!special) await handle.sync();
    await handle.close();
    if (!special) await rename(target, path);
  } catch (error) {
    await handle.close().catch(() => {});
    if (!special) await rm(target, { force: true });
    throw (error as NodeJS.ErrnoException).syscall ? unwritable(path, error) : error;
  }
}

const unwritable = (path: string, cause: unknown) =>
  new UnwritableFileError(`${path} can’t be written: ${(cause as Error).message}`, { cause });

async function writeOut(chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }
}
