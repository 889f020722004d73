/** The work that any process does for all of them now and then: what has died half-way is gone on with, and what is due goes. */
import { type Background, unlessAway } from '../lib/background.js';
import { cleanUp } from './clean-up-roles.js';
import type { ServiceContext } from './context.js';
import { finishDeletions } from './delete-account.js';
import { endAllThatWasLeft } from './end-access.js';
import { eraseDeleted } from './erase/index.js';
import { tidyRegistrations } from './registration/lifecycle.js';
import type { SigningKeys } from './signing-keys/follow-keys.js';
import { isUpgraded, upgradeStore } from './upgrade-store.js';

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;

/** With what is waited after each, in milliseconds. */
const JOBS: readonly [name: string, ms: number, work: (context: ServiceContext) => Promise<unknown>][] = [
  ['tidy registrations', HOUR, tidyRegistrations],
  ['upgrade the store', 5 * SECOND, upgrade],
  ['clean up deleted roles and groups', 30 * SECOND, cleanUp],
  ['go on with deletions', 30 * SECOND, finishDeletions],
  ['end what new passwords have ended', 30 * SECOND, endAllThatWasLeft],
  ['erase what was deleted', HOUR, eraseDeleted],
];

export function startUpkeep(context: ServiceContext, background: Background): void {
  for (const [name, ms, work] of JOBS)
    background.every(
      name,
      ms,
      unlessAway(() => work(context)),
    );
}

async function upgrade(context: ServiceContext): Promise<void> {
  if (!(await isUpgraded(context))) await upgradeStore(context);
}

/** A process follows what others have done to the signing keys, for which contract.md gives it five seconds; one of them makes the next. */
export function keepKeys(background: Background, keys: SigningKeys, how: Parameters<SigningKeys['keepUp']>[0]): void {
  background.every(
    'follow signing keys',
    SECOND,
    unlessAway(() => keys.follow()),
  );
  background.every(
    'keep up signing keys',
    15 * SECOND,
    unlessAway(() => keys.keepUp(how)),
  );
}
