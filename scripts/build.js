// Compiles src to dist. Programs may be running from there, or start at any moment: a file is replaced whole, one that
// says the same stays, and none is missing meanwhile.
//
// With --prepare it does nothing where dist is what the source says, and passes quietly where the compiler isn't
// installed (an image installs without development dependencies and copies dist from the stage before). npm runs that
// after an install, and again when `npx rollcall` is first used on a machine.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const stamp = join(dist, '.source');

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
const files = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .sort()
    : [];

/** A digest of all that decides what the compiler writes. */
function source() {
  const hash = createHash('sha256');
  const inputs = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  for (const name of [...inputs, ...files(join(root, 'src')).map((file) => join('src', file))])
    hash.update(`${name}\n${read(join(root, name))}\n`);
  return hash.digest('hex');
}

/** Makes dist what `from` holds, file by file. */
function install(from) {
  const built = files(from);
  for (const file of built) {
    const target = join(dist, file);
    if (read(target) === read(join(from, file))) continue;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(from, file), target);
  }
  for (const file of files(dist)) if (!built.includes(file)) rmSync(join(dist, file), { force: true });
}

const digest = source();
if (process.argv.includes('--prepare') && (!existsSync(tsc) || read(stamp) === digest)) process.exit(0);

// Beside dist, for a rename stays within one file system.
const fresh = mkdtempSync(join(root, '.dist-'));
try {
  const options = ['-p', 'tsconfig.build.json', '--outDir', fresh];
  const { status } = spawnSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
  if (status === 0) {
    rmSync(stamp, { force: true });
    install(fresh);
    // `npx rollcall` runs the file itself.
    chmodSync(join(dist, 'cli.js'), 0o755);
    writeFileSync(stamp, digest);
  } else {
    process.exitCode = status ?? 1;
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
