import { createRequire } from 'node:module';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { type Fault, fault } from './fault.js';

/** NIST SP 800-63B-4: 15 characters where the password is the only factor; no rules on composition. */
export const PASSWORD_MIN = 15;
export const PASSWORD_MAX = 1024;
/** Fewer guesses than a million, by lists of common passwords, repetitions, sequences and keyboard runs: refused as common. */
const FEWEST_GUESSES_LOG10 = 6;

let estimator: ZxcvbnFactory | undefined;

/** Says why a password can't be taken, or undefined when it can. Length counts characters, not bytes. */
export function passwordFault(
  password: string,
  personal: readonly string[] = [],
): Fault<'password-short' | 'password-long' | 'password-common'> | undefined {
  const length = [...password].length;
  if (length < PASSWORD_MIN)
    return fault('password-short', `Use at least ${PASSWORD_MIN} characters. A short sentence is easy to remember.`);
  if (length > PASSWORD_MAX) return fault('password-long', `Use at most ${PASSWORD_MAX} characters.`);
  estimator ??= createEstimator();
  const { guessesLog10 } = estimator.check(password, [...personal].filter(Boolean));
  if (guessesLog10 < FEWEST_GUESSES_LOG10)
    return fault('password-common', 'This password is too common. Choose one that others wouldn’t think of.');
  return undefined;
}

/** Loads the dictionaries, so that the first who choose a password, and all who are served at that moment, needn't wait for them. */
export function preparePasswordPolicy(): void {
  estimator ??= createEstimator();
}

/** Loaded with the first password that somebody chooses, for its dictionaries are large. */
function createEstimator(): ZxcvbnFactory {
  const require = createRequire(import.meta.url);
  const { ZxcvbnFactory } = require('@zxcvbn-ts/core') as typeof import('@zxcvbn-ts/core');
  const common = require('@zxcvbn-ts/language-common') as typeof import('@zxcvbn-ts/language-common');
  return new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
}
