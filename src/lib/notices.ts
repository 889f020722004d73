import type { Logger } from './logger.js';

/**
 * Turns what libraries print as plain text into log lines, so that every line on stdout is JSON: console output, and Node's
 * warnings, which go to stderr otherwise.
 */
export function captureNotices(logger: Logger): void {
  const line =
    (level: 'info' | 'warn') =>
    (...parts: unknown[]) => {
      const notice = parts.map(String).join(' ').trim();
      if (notice) logger[level]({ event: 'notice', notice }, 'a library says');
    };
  console.log = line('info');
  console.info = line('info');
  console.warn = line('warn');
  console.error = line('warn');
  console.debug = () => {};
  process.removeAllListeners('warning');
  process.on('warning', (warning) => line('warn')(warning.message));
}
