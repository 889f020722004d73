import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.js';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** Rollcall's own version, as package.json has it. */
export const VERSION = version;
