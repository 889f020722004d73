import type { Command } from 'commander';
import { resolveIssuer } from '../config/index.js';
import { print, printJson, UsageError, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';

export function setupCommands(program: Command): void {
  const setup = noun(program, 'setup', 'about the first operator', 'setup link');
  subcommand(
    setup,
    'link',
    'print a new link that makes the first operator; it ends earlier ones',
    'setup link',
  ).action(async ({ json }: { json?: boolean }) => {
    const url = await withServices(async (services, config) => {
      if (!config.issuer && config.port === 0)
        throw new UsageError('With PORT=0 nobody but the server knows its address. Set ISSUER.');
      const { newSetupUrl } = await import('../services/setup-link.js');
      return newSetupUrl(services, resolveIssuer(config, config.port));
    });
    if (!url) throw new Error('There is an operator already. Operators say who else is one.');
    if (json) printJson({ url });
    else print(url);
  });
}
