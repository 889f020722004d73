import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from './running.js';

/**
 * A secret from the input: at a terminal it is asked for and not shown, else it is the first line. Never from an argument, which every
 * process of the machine can see.
 * @throws UsageError where there is none
 */
export async function readSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (stdin.isTTY) stderr.write(question);
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY === true });
  try {
    const line = await new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
    });
    if (!line) throw new UsageError('Expected a password as the first line of the input.');
    return line;
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
