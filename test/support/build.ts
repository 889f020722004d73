import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tests of real processes run what is compiled: make it what the source says. */
export default function build(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.js', import.meta.url))], {
    stdio: 'inherit',
  });
}
