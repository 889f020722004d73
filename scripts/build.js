// Builds the programs of src into dist: bundled with the libraries that each start needs, for to find and read a thousand
// small files takes longer than all the rest of a start. Types are checked by `npm run check`.
//
// Programs may be running from dist, or start at any moment: a file is replaced whole, one that says the same stays, and
// none is missing meanwhile. What a new build no longer has goes with the build after it, for a program that runs may
// still load it.
//
// With --prepare it does nothing where dist is what the source says, and passes quietly where the bundler isn't
// installed (an image installs without development dependencies and copies dist from the stage before). npm runs that
// after an install, and again when `npx rollcall` is first used on a machine.
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
const former = join(dist, '.former');
const stamp = join(dist, '.source');

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
const files = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .sort()
    : [];

/** A digest of all that decides what is built. */
function source() {
  const hash = createHash('sha256');
  const inputs = ['scripts/build.js', 'tsconfig.json', 'package-lock.json'];
  for (const name of [...inputs, ...files(join(root, 'src')).map((file) => join('src', file))])
    hash.update(`${name}\n${read(join(root, name))}\n`);
  return hash.digest('hex');
}

/**
 * The programs, and the embedded store by itself, for tests that kill it. What several of them load is in files that they share, under
 * dist/chunks.
 */
const PROGRAMS = ['main.ts', 'worker.ts', 'cli.ts', 'store/embedded/worker.ts', 'store/embedded/index.ts'];

/**
 * Stay in node_modules: what holds machine code or is no code, what is loaded by few servers and late, and what is optional to the
 * database's driver and not installed.
 */
const EXTERNAL = [
  '@node-rs/*',
  '@photostructure/sqlite',
  'email-providers',
  'undici',
  'yaml',
  'zod',
  ...[
    '@aws-sdk/*',
    '@mongodb-js/zstd',
    'aws4',
    'gcp-metadata',
    'kerberos',
    'mongodb-client-encryption',
    'snappy',
    'socks',
  ],
];

const bundle = (esbuild, outdir) =>
  esbuild.build({
    entryPoints: PROGRAMS.map((file) => join(root, 'src', file)),
    outbase: join(root, 'src'),
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    // Whoever runs this holds the text of it in memory.
    minifyWhitespace: true,
    lineLimit: 120,
    sourcemap: true,
    sourcesContent: false,
    // What was CommonJS asks for Node's own modules by `require`.
    banner: {
      js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });

/** Makes dist what `from` holds, file by file: first what programs load, then the programs. */
function install(from) {
  const built = files(from).sort((a, b) => b.startsWith('chunks') - a.startsWith('chunks'));
  for (const file of built) {
    const target = join(dist, file);
    if (read(target) === read(join(from, file))) continue;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(from, file), target);
  }
  const over = files(dist).filter((file) => !file.startsWith('.') && !built.includes(file));
  const since = read(former)?.split('\n') ?? [];
  for (const file of over) if (since.includes(file)) rmSync(join(dist, file), { force: true });
  writeFileSync(former, over.filter((file) => !since.includes(file)).join('\n'));
}

const digest = source();
const prepare = process.argv.includes('--prepare');
if (prepare && read(stamp) === digest) process.exit(0);
const esbuild = await import('esbuild').catch((error) => {
  if (prepare && error.code === 'ERR_MODULE_NOT_FOUND') process.exit(0);
  throw error;
});

// Beside dist, for a rename stays within one file system.
const fresh = mkdtempSync(join(root, '.dist-'));
try {
  await bundle(esbuild, fresh);
  rmSync(stamp, { force: true });
  install(fresh);
  // `npx rollcall` runs the file itself.
  chmodSync(join(dist, 'cli.js'), 0o755);
  writeFileSync(stamp, digest);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
