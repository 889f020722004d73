#!/usr/bin/env node
/** The `rollcall` command: one file per subcommand in `cli/`. */
import { createProgram } from './cli/program.js';
import { fail } from './cli/running.js';

// Whoever reads may have seen enough: `rollcall user list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

createProgram(process.argv.includes('--json'))
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = fail(error);
  });
