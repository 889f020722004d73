#!/usr/bin/env node
/** The `rollcall` command: one file per subcommand in `cli/`. */
import { Command } from 'commander';
import { applyCommand } from './cli/apply.js';
import { fail } from './cli/running.js';
import { storeCommands } from './cli/store.js';

const program = new Command('rollcall')
  .description('Runs a Rollcall server’s state from the command line.')
  .exitOverride()
  .showHelpAfterError('Run with --help for what there is.');

applyCommand(program);
storeCommands(program);

program.parseAsync().catch((error: unknown) => {
  process.exitCode = fail(error);
});
