import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Where lines go, each in one piece. */
export interface LineOutput {
  write(lines: string): unknown;
}

/** This process's stdout. A line is written before whoever logs it goes on, so that none is lost at the end. */
export const stdoutLines = (): DestinationStream & LineOutput => pino.destination({ fd: 1, sync: true });

/** Names whose values never reach a log line, wherever they stand. */
const SECRETS = [
  'password',
  'clientSecret',
  'client_secret',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'code',
  'authorization',
  'cookie',
];

/** JSON lines on stdout (or `stream`), each with `time` (ISO 8601), `level`, `msg` and what the caller adds. */
export function createLogger(level: string, stream?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    stream ?? stdoutLines(),
  );
}
