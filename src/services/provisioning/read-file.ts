import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { ProvisioningError, UnreadableFileError } from './faults.js';

export { UnreadableFileError };

/** Reads YAML or JSON (which YAML contains). @throws UnreadableFileError, or ProvisioningError with the line of what can't be parsed. */
export async function readProvisioningFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UnreadableFileError(`${path} can’t be read: ${(cause as Error).message}`, { cause });
  }
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length) {
    throw new ProvisioningError(
      document.errors.map((error) => ({
        path: `line ${error.linePos?.[0].line ?? '?'}`,
        message: error.message.split('\n')[0] ?? 'not YAML',
      })),
    );
  }
  return document.toJS({ maxAliasCount: 100 }) ?? {};
}
