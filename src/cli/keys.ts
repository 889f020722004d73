import { type Command, Option } from 'commander';
import { type Config, loadSecrets } from '../config/index.js';
import type { Encryption } from '../lib/encryption.js';
import type { SigningAlgorithm } from '../models/application.js';
import { type ServiceContext, SYSTEM } from '../services/context.js';
import type { KeyFacts, Retirement } from '../services/signing-keys/change-keys.js';
import { ALGORITHMS, type Rotation } from '../services/signing-keys/ring.js';
import { print, printJson, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';
import { table } from './table.js';

export function keysCommands(program: Command): void {
  const keys = noun(program, 'keys', 'the keys that sign tokens, and what seals them in the store', 'keys list');
  listCommand(keys);
  rotateCommand(keys);
  retireCommand(keys);
  reencryptCommand(keys);
}

/** The services with the secrets that the server has. */
async function withEncryption<T>(work: (services: ServiceContext, encryption: Encryption) => Promise<T>): Promise<T> {
  const { createEncryption } = await import('../lib/encryption.js');
  return withServices(async (services, config: Config) =>
    work(services, createEncryption((await loadSecrets(config)).encryptionKeys)),
  );
}

const signingKeys = () => import('../services/signing-keys/change-keys.js');

const STATES = [
  'next      published, to sign later',
  'active    signs',
  'retiring  published until the last token that it signed has ended',
  'retired   no longer published; proves ID tokens of older sessions at sign-out',
].join('\n');

function listCommand(keys: Command): void {
  subcommand(keys, 'list', 'list the signing keys', 'keys list')
    .addHelpText('after', `\n${STATES}`)
    .action(async ({ json }: { json?: boolean }) => {
      const { listSigningKeys } = await signingKeys();
      const found = await withServices((services) => listSigningKeys(services, SYSTEM));
      if (json) printJson({ keys: found });
      else print(found.length ? asTable(found) : 'There are no keys yet: the first start of a server makes them');
    });
}

const asTable = (keys: readonly KeyFacts[]) =>
  table(
    ['kid', 'alg', 'state', 'published', 'next step'],
    keys.map((key) => [key.kid, key.alg, key.state, time(key.publishedAt), time(turn(key))]),
  );

function rotateCommand(keys: Command): void {
  subcommand(keys, 'rotate', 'let the next keys sign; running servers follow within seconds', 'keys rotate --alg ES256')
    .addOption(new Option('--alg <algorithm>', 'of one algorithm alone').choices([...ALGORITHMS]))
    .option('--now', 'also where somebody may have cached the JWKS without the next key')
    .addHelpText(
      'after',
      '\nA next key has mostly been published for long, and signs at once. One that was published in the last few minutes' +
        '\nsigns as soon as every cached JWKS has it; a running server sees to that. What the old key signed stays valid.',
    )
    .action(async ({ json, ...input }: { alg?: SigningAlgorithm; now?: boolean; json?: boolean }) => {
      const { rotateSigningKeys } = await signingKeys();
      const rotations = await withEncryption((services, encryption) =>
        rotateSigningKeys(services, encryption, SYSTEM, input),
      );
      if (json) printJson({ rotations });
      else print(rotations.map(describeRotation).join('\n'));
    });
}

function retireCommand(keys: Command): void {
  subcommand(keys, 'retire', 'take one key out of use', 'keys retire 3f0c9a51e2b84d7796ab10c4d85e6f27 --now')
    .argument('<kid>', 'the key’s id, as `keys list` shows it')
    .option('--now', 'at once, for a key that somebody else may have: all that it signed counts for nothing')
    .addHelpText(
      'after',
      '\nWithout --now a key that signs is rotated, and one that has signed stays published until its tokens have ended.' +
        '\nWith it, a resource server that checks tokens by itself refuses them once it reads the JWKS anew.',
    )
    .action(async (kid: string, { json, now }: { now?: boolean; json?: boolean }) => {
      const { retireSigningKey } = await signingKeys();
      const result = await withEncryption((services, encryption) =>
        retireSigningKey(services, encryption, SYSTEM, { kid, now }),
      );
      if (json) printJson(result);
      else print(describeRetirement(result));
    });
}

function reencryptCommand(keys: Command): void {
  subcommand(
    keys,
    'reencrypt',
    'seal what the store holds encrypted with the newest of ENCRYPTION_KEYS, as each start does',
    'keys reencrypt',
  ).action(async ({ json }: { json?: boolean }) => {
    const { reencrypt } = await import('../services/reencrypt.js');
    const sealed = await withEncryption(reencrypt);
    if (json) return printJson({ sealed });
    for (const { name, count } of sealed) if (count > 0) print(`Sealed again: ${count} ${name}`);
    print('Everything is sealed with the newest encryption key; older ones can be dropped');
  });
}

const time = (date: Date | undefined) => date?.toISOString().replace(/\.\d+Z$/, 'Z') ?? '';

/** When a key's state changes by itself, where that is fixed. */
const turn = (key: KeyFacts) =>
  key.state === 'next' ? key.promoteAt : key.state === 'retiring' ? key.withdrawAt : undefined;

function describeRotation({ alg, outcome, kid, replaces, at }: Rotation): string {
  const words = {
    rotated: `${alg}: ${kid} signs now; ${replaces} stays until its last token has ended`,
    scheduled: `${alg}: ${kid} signs from ${time(at)}, when every cached JWKS has it (--now doesn’t wait)`,
    pending: `${alg}: a rotation is under way already; ${kid} signs from ${time(at)} (--now doesn’t wait)`,
  };
  return words[outcome];
}

function describeRetirement(result: Retirement): string {
  if (result.outcome === 'replacing') return describeRotation(result.rotation);
  if (result.outcome === 'retiring')
    return result.until
      ? `${result.kid} signs no more and leaves the JWKS at ${time(result.until)} (--now removes it at once)`
      : `${result.kid} has left the JWKS; it proves ID tokens of older sessions at sign-out (--now removes it)`;
  return result.successor ? `${result.kid} is removed; ${result.successor} signs now` : `${result.kid} is removed`;
}
