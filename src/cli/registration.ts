import type { Command } from 'commander';
import { parseDuration } from '../config/durations.js';
import { print, printJson, UsageError, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';

export function registrationCommands(program: Command): void {
  const registration = noun(
    program,
    'registration',
    'about applications that register themselves',
    'registration token',
  );
  subcommand(
    registration,
    'token',
    'print a token that lets its bearer register applications (REGISTRATION=token)',
    'registration token --expires 1h --uses 1',
  )
    .option('--expires <duration>', 'how long it works, such as 45m, 12h or 30d', '30d')
    .option('--uses <number>', 'how many applications it registers; any number where this isn’t said')
    .action(async ({ json, expires, uses }: { json?: boolean; expires: string; uses?: string }) => {
      const lifetime = parseDuration(expires);
      if (lifetime === undefined) throw new UsageError('--expires: expected a duration such as 45m, 12h or 30d');
      if (uses !== undefined && !/^[1-9]\d{0,5}$/.test(uses)) throw new UsageError('--uses: expected a number from 1');
      const { token, expiresAt } = await withServices(async (services) => {
        const { createInitialAccessToken } = await import('../services/registration/initial-access-tokens.js');
        return createInitialAccessToken(services, { lifetime, uses: uses === undefined ? null : Number(uses) });
      });
      if (json) printJson({ token, expiresAt, uses: uses === undefined ? null : Number(uses) });
      else print(token);
    });
}
