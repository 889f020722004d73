import type { Logger } from '../lib/logger.js';

/** Says why a start ends: a line on stdout, and where the operator can mend it, the message on stderr too. Ends the process. */
export async function failStart(logger: Logger, error: unknown): Promise<never> {
  // Loaded when it is needed: the primary process of several has no use for the services that these errors come from.
  const { exitCodeOf } = await import('./exit-codes.js');
  const code = exitCodeOf(error);
  const known = code !== 1;
  logger.fatal(
    { event: 'start_failed', ...(known ? { message: (error as Error).message } : { err: error }) },
    'the server could not start',
  );
  if (known) process.stderr.write(`${(error as Error).message}\n`);
  process.exit(code);
}

/**
 * What nobody caught. An exception leaves the process in a state that nobody knows: it ends, and whoever runs it starts it again. A
 * promise that failed unseen has ended by itself: it is told, and other people's requests go on.
 */
export function watchCrashes(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ event: 'crashed', err: error }, 'an error that nobody caught ends this process');
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => {
    logger.error({ event: 'unhandled_rejection', err: error }, 'a failure that nobody waited for');
  });
}
