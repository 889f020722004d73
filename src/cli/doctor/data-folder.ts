import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/index.js';
import { type Finding, findingsOf } from './finding.js';

const MB = 1024 * 1024;
const LITTLE = 1024 * MB;
const TOO_LITTLE = 100 * MB;

/** DATA_DIR: whether it is there, this user's alone, writable, and has room. */
export async function checkDataFolder(config: Config): Promise<Finding[]> {
  const area = findingsOf('Data folder');
  const { found, ok, problem } = area;
  const { dataDir } = config;
  const folder = await stat(dataDir).catch(() => undefined);
  if (!folder) {
    ok(`${dataDir} isn’t there yet; the first start makes it`);
    return found;
  }
  if (!folder.isDirectory()) {
    problem(`${dataDir} is not a folder`, 'Set DATA_DIR to a folder.');
    return found;
  }
  const writable = await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (writable) ok(`${dataDir} can be written`);
  else problem(`${dataDir} can’t be written by this user`, 'Run this as the server’s user, or give it the folder.');
  await checkModes(dataDir, folder.mode, area);
  await checkSpace(dataDir, area);
  await checkOutbox(config, area);
  return found;
}

type Report = ReturnType<typeof findingsOf>;

async function checkModes(dataDir: string, mode: number, { warning, problem }: Report): Promise<void> {
  if (mode & 0o077) warning(`${dataDir} can be looked into by other users`, `chmod 700 ${dataDir}`);
  for (const name of ['secrets.json', 'rollcall.sqlite']) {
    const path = join(dataDir, name);
    const file = await stat(path).catch(() => undefined);
    if (file && file.mode & 0o077) problem(`${path} can be read by other users`, `chmod 600 ${path}`);
  }
}

async function checkSpace(dataDir: string, { ok, warning, problem }: Report): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const said = `${Math.round(free / MB)} MB are free`;
  if (free < TOO_LITTLE) problem(said, 'Make room: without it nothing can be stored.');
  else if (free < LITTLE) warning(said, 'Make room before it gets tight.');
  else ok(said);
}

/** Without SMTP_URL mails are files, which somebody has to look at. */
async function checkOutbox({ dataDir, smtpUrl }: Config, { warning }: Report): Promise<void> {
  if (smtpUrl) return;
  const outbox = join(dataDir, 'outbox');
  const mails = (await readdir(outbox).catch(() => [])).filter((name) => name.endsWith('.eml'));
  if (mails.length)
    warning(`${mails.length} mails lie in ${outbox} and are sent to nobody`, 'Set SMTP_URL, and empty the folder.');
}
