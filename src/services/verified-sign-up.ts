/**
 * `SIGN_UP=verified`: what somebody typed waits, bound to their login and so to their browser, until the code that was mailed comes back. Whether
 * the address has an account shows nowhere: it is looked up beside the requests, and where it has one no code is mailed.
 */
import { conflict, RollcallError } from '../lib/errors.js';
import { digest, newId } from '../lib/ids.js';
import { newMailedCode, normalizeMailedCode } from '../lib/mailed-codes.js';
import { signUps } from '../lib/metrics.js';
import { hashPassword } from '../lib/password.js';
import type { PendingSignUp, User } from '../models/index.js';
import type { AskByAddress } from './ask-by-address.js';
import type { ServiceContext } from './context.js';
import { createUser, normalizeEmail } from './create-user.js';
import type { RecoveryLimits } from './recovery-limits.js';
import { requireSignUp, type SignUpInput, taken } from './sign-up.js';

export const CODE_MINUTES = 15;
/** Of 2^35 codes. */
const MOST_TRIES = 5;
const MINUTE = 60_000;
/** As long as a login lasts. */
const KEPT = 60 * MINUTE;

const idOf = (login: string) => digest('sign-up', login);
const hashOf = (login: string, code: string) => digest('sign-up code', login, code);

/**
 * Keeps what was typed and has a code mailed. Done again in the same login it begins again.
 * @throws RollcallError `invalid` as `signUp`
 */
export async function beginSignUp(
  context: ServiceContext,
  ask: AskByAddress,
  login: string,
  { name, email, password }: SignUpInput,
  language: string,
): Promise<void> {
  requireSignUp({ name, email, password });
  const code = newMailedCode();
  const typed = { name: name.trim(), email: normalizeEmail(email), passwordHash: await hashPassword(password) };
  const userId = newId('usr');
  const fresh = freshCode(context, login, code);
  const pending = { id: idOf(login), codeHash: fresh.codeHash };
  await context.models.PendingSignUp.updateOne(
    { _id: pending.id },
    { $set: { ...typed, userId, ...fresh } },
    { upsert: true },
  );
  await ask({ kind: 'sign-up', email: typed.email, language, code, minutes: CODE_MINUTES, counted: false, pending });
}

function freshCode({ clock }: ServiceContext, login: string, code: string) {
  const now = clock.now().getTime();
  return {
    codeHash: hashOf(login, code),
    mailed: false,
    tries: 0,
    worksUntil: new Date(now + CODE_MINUTES * MINUTE),
    expiresAt: new Date(now + KEPT),
  };
}

/**
 * Lets a code work that is about to be mailed. So an address has as few codes that work as it gets mails, wherever they are asked for.
 * @returns false where another one was asked for since
 */
export async function openCode(
  { models }: ServiceContext,
  { id, codeHash }: { id: string; codeHash: string },
): Promise<boolean> {
  const { matchedCount } = await models.PendingSignUp.updateOne({ _id: id, codeHash }, { $set: { mailed: true } });
  return matchedCount === 1;
}

/** Who signs up in this login, or undefined: nothing was typed, or it is too long ago. */
export async function pendingSignUp(
  { models, clock }: ServiceContext,
  login: string,
): Promise<PendingSignUp | undefined> {
  const pending = await models.PendingSignUp.findById(idOf(login)).lean<PendingSignUp | null>();
  return pending && pending.expiresAt > clock.now() ? pending : undefined;
}

/** Has another code mailed, which ends the one before. @returns false where too many were mailed to this address lately */
export async function anotherCode(
  context: ServiceContext,
  { ask, limits }: { ask: AskByAddress; limits: RecoveryLimits },
  login: string,
  language: string,
): Promise<boolean> {
  const pending = await pendingSignUp(context, login);
  if (!pending) return true;
  if (!(await limits.mayMail('other', pending.email))) return false;
  const { _id: id, userId, email } = pending;
  const code = newMailedCode();
  const fresh = freshCode(context, login, code);
  const { matchedCount } = await context.models.PendingSignUp.updateOne(
    { _id: id, userId, codeHash: pending.codeHash },
    { $set: fresh },
  );
  const minutes = CODE_MINUTES;
  const named = { id, codeHash: fresh.codeHash };
  // Pressed twice: the other one's code is mailed.
  if (matchedCount === 1) await ask({ kind: 'sign-up', email, language, code, minutes, counted: true, pending: named });
  return true;
}

/** A code that doesn't work: `wrong`, or `ended` where no further one can. */
export const codeRefused = (why: 'wrong' | 'ended' | 'locked') => conflict(`code_${why}`, 'This code doesn’t work.');

/**
 * Makes the account where the code is right; its address is verified from the beginning. Done again with the same code, as after a crash, it
 * finds the account that it has made.
 * @param goOn signs in whose account it is
 * @throws RollcallError `code_wrong`; `code_ended` where it is too old or too many were wrong; `code_locked` where too many from this network
 *   were; `invalid` as `signUp`, where the address was taken meanwhile; `not_found` where nothing waits
 */
export async function finishSignUp(
  context: ServiceContext,
  limits: RecoveryLimits,
  login: string,
  { code, address, language }: { code: string; address: string; language: string },
  goOn: (user: User) => Promise<void>,
): Promise<void> {
  const codeHash = hashOf(login, normalizeMailedCode(code));
  let ended = false;
  const found = await limits.guess(address, async () => {
    const tried = await countTry(context, login);
    ended = !tried;
    return tried?.mailed && tried.codeHash === codeHash ? tried : undefined;
  });
  if (found === 'locked') throw codeRefused('locked');
  if (!found) throw codeRefused(ended ? 'ended' : 'wrong');
  await goOn(await makeAccount(context, found, language));
  // Afterwards: whoever presses twice has the code taken again, or finds the login answered.
  await context.models.PendingSignUp.deleteOne({ _id: found._id, codeHash });
}

/** Each try takes one of those that a code has, by one update: guesses at once are as many as guesses in turn. */
async function countTry({ models, clock }: ServiceContext, login: string): Promise<PendingSignUp | null> {
  return models.PendingSignUp.findOneAndUpdate(
    { _id: idOf(login), tries: { $lt: MOST_TRIES }, worksUntil: { $gt: clock.now() } },
    { $inc: { tries: 1 } },
    { returnDocument: 'after', lean: true },
  ) as Promise<PendingSignUp | null>;
}

async function makeAccount(
  context: ServiceContext,
  { userId, name, email, passwordHash }: PendingSignUp,
  language: string,
): Promise<User> {
  try {
    const user = await createUser(context, 'themselves', {
      id: userId,
      name,
      email,
      passwordHash,
      emailVerified: true,
      language,
    });
    signUps.inc();
    return user;
  } catch (error) {
    const present = await context.models.User.findOne({ _id: userId, email, status: 'active' }).lean<User | null>();
    if (present) return present;
    throw error instanceof RollcallError ? taken(error) : error;
  }
}
