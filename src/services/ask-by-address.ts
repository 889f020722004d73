/**
 * What anybody may ask for by naming an address: a new password, a code to sign up with, that an account bear it. The request only queues
 * it, sealed, so that it does the same whether the address has an account or not; who that is is looked up beside the requests.
 */
import type { Encryption } from '../lib/encryption.js';
import { digest, newSecret } from '../lib/ids.js';
import type { ServiceContext } from './context.js';
import { findUserByEmail, normalizeEmail } from './create-user.js';
import { isTheirsToUse } from './delete-account.js';
import type { Deliveries, DeliveryKind } from './deliveries/index.js';
import { sendMail } from './mail/index.js';
import { languageOfUser } from './mail/language-of-user.js';
import { LINK_MINUTES, newLink } from './mailed-links.js';
import type { RecoveryLimits } from './recovery-limits.js';
import { openCode } from './verified-sign-up.js';

export type Asked = {
  email: string;
  /** The page's, for who has no account. */
  language: string;
} & (
  | { kind: 'reset' }
  /** `counted`: whether the mail was counted in the request already. `pending`: what the code is for. */
  | {
      kind: 'sign-up';
      code: string;
      minutes: number;
      counted: boolean;
      pending: { id: string; codeHash: string };
    }
  | { kind: 'new-address'; userId: string; change: string }
);

/** Queues it; returns when it is stored. */
export type AskByAddress = (asked: Asked) => Promise<void>;

interface Queued {
  id: string;
  sealed: string;
}

const MINUTE = 60_000;

const ASKED: DeliveryKind<Queued> = {
  name: 'asked-by-address',
  lease: MINUTE,
  maxAge: 15 * MINUTE,
  backoff: { first: 1000, most: MINUTE },
  parallel: 2,
  perTarget: 2,
  target: () => 'self',
  describe: () => ({}),
};

const sealedFor = (id: string) => `asked by address ${id}`;

export function createAskByAddress(
  context: ServiceContext,
  { deliveries, encryption, limits }: { deliveries: Deliveries; encryption: Encryption; limits: RecoveryLimits },
): AskByAddress {
  deliveries.handle(ASKED, async ({ id, sealed }) =>
    answer(context, limits, id, JSON.parse(encryption.open(sealed, sealedFor(id))) as Asked),
  );
  return async (asked) => {
    const id = digest('asked by address', newSecret());
    await deliveries.enqueue(ASKED, id, { id, sealed: encryption.seal(JSON.stringify(asked), sealedFor(id)) });
  };
}

/** Mails what there is to say. Each mail has an id made of the request's, so that a second attempt doesn't send it twice. */
async function answer(context: ServiceContext, limits: RecoveryLimits, id: string, asked: Asked): Promise<void> {
  const to = normalizeEmail(asked.email);
  const user = await findUserByEmail(context, to);
  if (asked.kind === 'reset' && !(user && isTheirsToUse(context, user))) return;
  const counted = asked.kind === 'sign-up' && asked.counted;
  if (!counted && !(await limits.mayMail(asked.kind === 'reset' ? 'reset' : 'other', to))) return;
  const { issuer } = context;
  const signInLink = `${issuer}/account`;
  const envelope = { to, language: (user && languageOfUser(user)[0]) ?? asked.language, id };
  if (asked.kind === 'reset') {
    if (!user) return;
    const secret = await newLink(context, 'reset', { userId: user._id, email: to });
    const about = { link: `${issuer}/recover/${secret}`, minutes: LINK_MINUTES.reset };
    return sendMail(context, {
      ...envelope,
      kind: 'reset-password',
      about,
      expiresAt: inMinutes(context, LINK_MINUTES.reset),
    });
  }
  if (asked.kind === 'new-address') {
    if (user) return sendMail(context, { ...envelope, kind: 'address-taken', about: { signInLink } });
    const { userId, change } = asked;
    const secret = await newLink(context, 'new-address', { userId, email: to, change });
    const about = { link: `${issuer}/verify/${secret}`, hours: LINK_MINUTES['new-address'] / 60 };
    return sendMail(context, { ...envelope, kind: 'confirm-new-address', about });
  }
  if (user)
    return sendMail(context, {
      ...envelope,
      kind: 'sign-up-known',
      about: { signInLink, resetLink: `${issuer}/recover` },
    });
  const { code, minutes, pending } = asked;
  if (!(await openCode(context, pending))) return;
  const expiresAt = inMinutes(context, minutes);
  return sendMail(context, { ...envelope, kind: 'sign-up-code', about: { code, minutes }, expiresAt });
}

const inMinutes = ({ clock }: ServiceContext, minutes: number) => new Date(clock.now().getTime() + minutes * MINUTE);
