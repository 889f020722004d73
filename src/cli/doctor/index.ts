/**
 * `rollcall doctor`: looks at everything that a server needs and changes nothing; indexes, keys and built-ins that are missing are
 * named and not made. Each check is a file and gives findings; what it says goes through `withoutSecrets`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, presentSecrets, resolveIssuer } from '../../config/index.js';
import { checkConfiguration, checkMachine } from './configuration.js';
import { checkDataFolder } from './data-folder.js';
import { type Finding, findingsOf } from './finding.js';
import { checkIssuer } from './issuer.js';
import { checkMail } from './mail.js';

export { AREAS, type Finding } from './finding.js';

/** @param nodeEnv NODE_ENV, which decides what production needs. @throws ConfigError where `secrets.json` is damaged */
export async function examine(config: Config, nodeEnv: string | undefined): Promise<Finding[]> {
  const secrets = await presentSecrets(config);
  const [folder, issuer, mail, store] = await Promise.all([
    checkDataFolder(config),
    config.issuer || config.port ? checkIssuer(resolveIssuer(config, config.port)) : unknownIssuer(),
    checkMail(config.smtpUrl),
    examineStore(config, secrets?.encryptionKeys),
  ]);
  const found = [
    ...checkMachine(),
    ...checkConfiguration(config, secrets, { nodeEnv }),
    ...folder,
    ...store,
    ...issuer,
    ...mail,
  ];
  return found.map((finding) => withoutSecrets(finding, config));
}

function unknownIssuer(): Finding[] {
  const { found, warning } = findingsOf('Issuer');
  warning('With PORT=0 and no ISSUER nobody but the server knows its address', 'Set ISSUER.');
  return found;
}

async function examineStore(config: Config, encryptionKeys: readonly string[] | undefined): Promise<Finding[]> {
  const { found, warning, problem } = findingsOf('Store');
  // To open the embedded store is to make it.
  if (!config.mongodbUri && !existsSync(join(config.dataDir, 'rollcall.sqlite'))) {
    warning('There is no store yet', 'Start the server: the first start makes it.');
    return found;
  }
  const [{ connectStore }, { createModels }, { checkStore }, { checkAuditKey, checkSigningKeys }, { checkOperators }] =
    await Promise.all([
      import('../../store/connect.js'),
      import('../../models/index.js'),
      import('./store.js'),
      import('./keys.js'),
      import('./operators.js'),
    ]);
  try {
    const store = await connectStore(config);
    try {
      const models = createModels(store.connection);
      const ofStore = await checkStore(config, store.connection, models);
      const ofKeys = await checkSigningKeys(models, encryptionKeys);
      // What doesn't open the ones doesn't open the other.
      const shut = ofKeys.some(({ outcome }) => outcome === 'problem');
      return [
        ...ofStore,
        ...ofKeys,
        ...(shut ? [] : await checkAuditKey(models, encryptionKeys)),
        ...(await checkOperators(models)),
      ];
    } finally {
      await store.close();
    }
  } catch (error) {
    problem(
      `It can’t be used: ${(error as Error).message.split('\n')[0]}`,
      config.mongodbUri
        ? 'See that MongoDB runs, that MONGODB_URI is right, and that this machine may reach it.'
        : 'Run this as the server’s user, on the server’s machine.',
    );
    return found;
  }
}

/** Messages come from drivers too: whatever is secret in the configuration is taken out of them. */
function withoutSecrets(finding: Finding, config: Config): Finding {
  const urls = [config.mongodbUri, config.smtpUrl].flatMap((url) => (url ? [url, ...credentials(url)] : []));
  const secrets = [...urls, ...(config.cookieKeys ?? []), ...(config.encryptionKeys ?? [])];
  const clean = (text: string) => secrets.reduce((all, secret) => all.replaceAll(secret, '…'), text);
  return { ...finding, what: clean(finding.what), ...(finding.advice ? { advice: clean(finding.advice) } : {}) };
}

/** `USER:PASSWORD@` and the password of a URL, as written and decoded; MongoDB's URIs may name several hosts, which URL can't parse. */
function credentials(url: string): string[] {
  const [, userInfo, password] = /^[a-z+]+:\/\/([^@/]*?(?::([^@/]*))?)@/i.exec(url) ?? [];
  return [userInfo, password, password && decoded(password)].filter((text): text is string => Boolean(text));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
