import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError } from './index.js';

export interface Secrets {
  /** Newest first. */
  cookieKeys: readonly string[];
  encryptionKeys: readonly string[];
}

const FILE = 'secrets.json';

/**
 * The configured secrets, and for those that aren't, what is generated into DATA_DIR once. Processes that start together agree:
 * each writes a file of its own, and linking it to the final name succeeds for one of them.
 */
export async function loadSecrets(config: Config): Promise<Secrets> {
  const { cookieKeys, encryptionKeys } = config;
  if (cookieKeys && encryptionKeys) return { cookieKeys, encryptionKeys };
  const generated = await generatedSecrets(config.dataDir);
  return {
    cookieKeys: cookieKeys ?? generated.cookieKeys,
    encryptionKeys: encryptionKeys ?? generated.encryptionKeys,
  };
}

/** The same without making any: undefined where something isn't configured and no start has generated it yet. @throws ConfigError */
export async function presentSecrets(config: Config): Promise<Secrets | undefined> {
  const { cookieKeys, encryptionKeys } = config;
  if (cookieKeys && encryptionKeys) return { cookieKeys, encryptionKeys };
  const generated = await readSecrets(join(config.dataDir, FILE));
  return generated && { ...generated, ...(cookieKeys && { cookieKeys }), ...(encryptionKeys && { encryptionKeys }) };
}

async function generatedSecrets(dataDir: string): Promise<Secrets> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, FILE);
  const present = await readSecrets(path);
  if (present) return present;
  const own = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const key = () => randomBytes(32).toString('base64url');
  await writeFile(own, `${JSON.stringify({ cookieKeys: [key()], encryptionKeys: [key()] }, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  await link(own, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(own);
  await chmod(path, 0o600);
  return (await readSecrets(path)) as Secrets;
}

async function readSecrets(path: string): Promise<Secrets | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { cookieKeys, encryptionKeys } = JSON.parse(text) as Secrets;
    if ([cookieKeys, encryptionKeys].every((keys) => Array.isArray(keys) && keys.length > 0))
      return { cookieKeys, encryptionKeys };
  } catch {
    // Falls through to the fault below.
  }
  throw new ConfigError([
    { variable: 'DATA_DIR', message: `${FILE} in it is damaged; expected the file that an earlier start wrote` },
  ]);
}
