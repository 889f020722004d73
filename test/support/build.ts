import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tests of real processes run what is compiled: make it what the source says, where it isn't. */
export default function build(): void {
  const script = fileURLToPath(new URL('../../scripts/build.js', import.meta.url));
  execFileSync(process.execPath, [script, '--prepare'], { stdio: 'inherit' });
}
