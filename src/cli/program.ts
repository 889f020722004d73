import { Command } from 'commander';
import { applyCommand, diffCommand } from './apply.js';
import { auditCommands } from './audit.js';
import { doctorCommand } from './doctor.js';
import { exportCommand } from './export.js';
import { groupCommands } from './group.js';
import { keysCommands } from './keys.js';
import { memberCommands } from './member.js';
import { organizationCommands } from './organization.js';
import { registrationCommands } from './registration.js';
import { roleCommands } from './role.js';
import { setupCommands } from './setup.js';
import { storeCommands } from './store.js';
import { tokenCommands } from './token.js';
import { userCommands } from './user.js';

/** The whole command, not yet run. @param json whether errors are printed as JSON by whoever catches them, and not in words here. */
export function createProgram(json = false): Command {
  const program = new Command('rollcall')
    .description('Runs a Rollcall server’s state from the command line.')
    .exitOverride()
    .showHelpAfterError(json ? false : 'Run with --help for what there is.')
    .configureOutput({ outputError: (text, write) => (json ? undefined : write(text)) })
    .addHelpText('after', '\nExample:\n  $ rollcall apply config/demo.yaml');
  applyCommand(program);
  diffCommand(program);
  exportCommand(program);
  userCommands(program);
  organizationCommands(program);
  memberCommands(program);
  roleCommands(program);
  groupCommands(program);
  tokenCommands(program);
  storeCommands(program);
  setupCommands(program);
  registrationCommands(program);
  doctorCommand(program);
  keysCommands(program);
  auditCommands(program);
  return program;
}
