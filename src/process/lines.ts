import type { Readable } from 'node:stream';
import type { LineOutput } from '../lib/logger.js';

/**
 * Writes what a worker writes to its stdout to this process's, line by line: several processes that share one pipe would cut into each
 * other's longer lines.
 */
export function passLines(from: Readable, output: LineOutput): void {
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (chunk: string) => {
    const end = chunk.lastIndexOf('\n') + 1;
    if (end === 0) {
      rest += chunk;
      return;
    }
    output.write(rest + chunk.slice(0, end));
    rest = chunk.slice(end);
  });
  // What a process that was killed had half written is no JSON, and goes.
}
