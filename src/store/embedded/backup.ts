/**
 * Backup and restore of the embedded store. A backup is `VACUUM INTO`: one read transaction, so that it is one moment's state however much
 * is written meanwhile, and writers don't wait for it. SQLite's page-wise backup would begin anew whenever another process writes.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { copyFile, link, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { FORMAT } from './database.js';
import { DATABASE_FILE } from './file.js';
import { answers, socketNamed, WELL_KNOWN } from './sockets.js';

/** Why a backup or a restore isn't done; nothing has changed then. */
export class BackupError extends Error {
  constructor(
    readonly reason: 'no_store' | 'exists' | 'unreadable' | 'damaged' | 'in_use',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Writes the store's state of this moment to a new file, also while servers run. The file is its owner's alone, and is there only once
 * it is whole, checked and on the disk.
 * @returns its size in bytes
 * @throws BackupError `no_store`, `exists`; what the file system refuses
 */
export async function backupStore(dataDir: string, file: string): Promise<number> {
  const source = join(resolve(dataDir), DATABASE_FILE);
  if (!existsSync(source)) throw new BackupError('no_store', `There is no store in ${dataDir}.`);
  const target = resolve(file);
  if (existsSync(target)) throw new BackupError('exists', `${file} is there already; a backup replaces nothing.`);
  const folder = mkdtempSync(join(dirname(target), '.rollcall-backup-'));
  try {
    const made = join(folder, 'store');
    const database = new DatabaseSync(source);
    try {
      database.exec('PRAGMA busy_timeout = 10000');
      database.prepare('VACUUM INTO ?').run(made);
    } finally {
      database.close();
    }
    chmodSync(made, 0o600);
    check(made);
    const size = await flush(made);
    // Linking, unlike renaming, fails where somebody was faster.
    await link(made, target).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? new BackupError('exists', `${file} is there already.`) : error;
    });
    await flush(dirname(target));
    return size;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a backup the store. No server may run on the folder; what was there before stays beside it.
 * @returns where the earlier store is now, or undefined where there was none
 * @throws BackupError `unreadable`, `damaged`, `in_use`, and `exists` where there is a store and `replace` doesn't say so
 */
export async function restoreStore(
  dataDir: string,
  file: string,
  options: { replace: boolean; now: Date },
): Promise<string | undefined> {
  if (!existsSync(file)) throw new BackupError('unreadable', `${file} can’t be read.`);
  const folder = resolve(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const target = join(folder, DATABASE_FILE);
  if (await inUse(folder)) throw new BackupError('in_use', `A server runs on ${dataDir}. Stop it first.`);
  if (existsSync(target) && !options.replace)
    throw new BackupError('exists', `There is a store in ${dataDir}. With --replace the backup takes its place.`);
  const copy = `${target}.restoring`;
  try {
    await copyFile(file, copy);
    chmodSync(copy, 0o600);
    check(copy);
    await flush(copy);
    const kept = existsSync(target) ? await setAside(target, options.now) : undefined;
    await rename(copy, target);
    await flush(folder);
    return kept;
  } finally {
    await rm(copy, { force: true });
  }
}

/** Whether it is a whole store that this version reads. */
function check(path: string): void {
  const damaged = (cause: string) => new BackupError('damaged', `${path} is no whole backup: ${cause}.`);
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const { user_version: format } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (format < 1) throw damaged('it is no store of Rollcall');
    if (format > FORMAT) throw damaged(`it was written by a newer version (format ${format})`);
    const [row] = database.prepare('PRAGMA integrity_check(1)').all() as { integrity_check: string }[];
    if (row?.integrity_check !== 'ok') throw damaged(row?.integrity_check ?? 'it can’t be checked');
  } catch (error) {
    throw error instanceof BackupError ? error : damaged((error as Error).message);
  } finally {
    database?.close();
  }
}

async function inUse(folder: string): Promise<boolean> {
  const sockets = dirname(socketNamed(folder, WELL_KNOWN));
  if (!existsSync(sockets)) return false;
  const names = readdirSync(sockets).filter((name) => /^store-\w+-\w+\.sock$/.test(name));
  const living = await Promise.all(names.map((name) => answers(join(sockets, name))));
  return living.includes(true);
}

/** Puts what its write-ahead log holds into the file, and the file aside. */
async function setAside(target: string, now: Date): Promise<string> {
  const database = new DatabaseSync(target);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  const kept = `${target}.before-${now.toISOString().replace(/\W/g, '')}`;
  await rename(target, kept);
  for (const ending of ['-wal', '-shm']) await rm(`${target}${ending}`, { force: true });
  return kept;
}

/** Waits until a file or folder is on the disk. @returns its size */
async function flush(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
