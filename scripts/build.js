// Compiles src to dist. With --optional (npm's `prepare`) it passes quietly where the compiler isn't installed, as in
// an image that installs without development dependencies and copies dist from the stage before.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = `${root}node_modules/typescript/bin/tsc`;
if (!existsSync(tsc) && process.argv.includes('--optional')) process.exit(0);

rmSync(`${root}dist`, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
// `npx rollcall` runs the file itself.
if (status === 0) chmodSync(`${root}dist/cli.js`, 0o755);
process.exit(status ?? 1);
