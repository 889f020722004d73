import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * Where the fronts listen. Each process has a socket of its own, to which its own driver connects, so that no other process's end can
 * take its store away. The well-known name is a link to the socket of the first that lives: renaming a link onto it is one step, so
 * that of processes that start together one has it, and none fails.
 */
export const WELL_KNOWN = 'store.sock';

/** What a unix socket's path may have at most, everywhere. */
const LONGEST_PATH = 100;

/** A socket's path in the folder, or in a short one that is found by the folder alike. */
export function socketNamed(dataDir: string, name: string): string {
  const own = join(resolve(dataDir), name);
  if (Buffer.byteLength(own) <= LONGEST_PATH) return own;
  const digest = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16);
  return join(tmpdir(), `rollcall-${digest}`, name);
}

/** A path for this process's own front, in a folder that is its owner's alone. */
export function ownSocket(dataDir: string): string {
  const path = socketNamed(dataDir, `store-${process.pid.toString(36)}-${randomBytes(3).toString('hex')}.sock`);
  for (const folder of new Set([dirname(path), dirname(socketNamed(dataDir, WELL_KNOWN))])) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid } = lstatSync(folder);
    if (folder !== resolve(dataDir) && process.getuid && uid !== process.getuid())
      throw new Error(
        `${folder} belongs to another user; the store's socket can't be there. Choose a shorter DATA_DIR`,
      );
  }
  return path;
}

/** Takes the well-known name where no living process has it, and removes the sockets that dead ones left behind. */
export async function publishSocket(dataDir: string, path: string): Promise<void> {
  const wanted = socketNamed(dataDir, WELL_KNOWN);
  if (!(await answers(wanted))) {
    const link = `${path}.link`;
    symlinkSync(path, link);
    renameSync(link, wanted);
  }
  const folder = dirname(path);
  const others = readdirSync(folder).filter((name) => /^store-\w+-\w+\.sock$/.test(name));
  for (const other of others.map((name) => join(folder, name))) {
    if (!(await answers(other))) rmSync(other, { force: true });
  }
}

/** Gives the well-known name back, if it is this process's. */
export function withdrawSocket(dataDir: string, path: string): void {
  const wanted = socketNamed(dataDir, WELL_KNOWN);
  try {
    if (readlinkSync(wanted) === path) rmSync(wanted, { force: true });
  } catch {
    // Somebody was faster.
  }
}

/** Whether a living process listens there. */
export function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
