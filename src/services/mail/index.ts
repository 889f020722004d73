/**
 * Mails, as services ask for them: by kind, with what they tell. Who queues, words and sends them is `src/mail/`; a context without that, as
 * the command's, sends none.
 */
import type { ServiceContext } from '../context.js';
import type { Circumstances } from './circumstances.js';

/** What each kind of mail tells. A link is whole, made of ISSUER, and the only secret that a mail holds beside a code. */
export interface MailKinds {
  /** Proves an address at sign-up, while its person is on the page. */
  'sign-up-code': { code: string; minutes: number };
  /** Somebody wants to sign up with an address that has an account. */
  'sign-up-known': { signInLink: string; resetLink: string };
  /** Proves the address of an account. */
  'verify-address': { link: string; hours: number };
  'reset-password': { link: string; minutes: number };
  /** To the address that an account is to bear. */
  'confirm-new-address': { link: string; hours: number };
  /** To the one that it bears. `email` is the new one. */
  'confirm-old-address': { link: string; hours: number; email: string };
  /** Somebody wants to bear an address that has an account. */
  'address-taken': { signInLink: string };
  /** To the address of before. */
  'address-changed': { at: Date; email: string };
  /** To an organization's administrators: so many people ask to join. */
  'join-request': { link: string; organization: string; count: number };
  /** To who asked. */
  'join-request-accepted': { link: string; organization: string };
  /** To the invited: the link that proves their address too. `inviter` and `message` are what people typed. */
  invitation: { link: string; organization: string; inviter: string | null; message: string | null; until: Date };
  /** A browser that hasn't been seen for the account. */
  'new-sign-in': Circumstances;
  'password-changed': Circumstances & { byOperator: boolean };
  /** To who has deleted their account: until when they get it back. */
  'account-deleted': Circumstances & { until: Date };
  /** An hour's, by organization; `more` organizations aren't named. */
  'roles-given': { organizations: { name: string; roles: string[] }[]; more: number };
}

export type MailKind = keyof MailKinds;

export type Mail = {
  [K in MailKind]: {
    kind: K;
    /** The address alone. */
    to: string;
    /** A BCP 47 tag, or several, the best first: the first in which there are words, else English. */
    language: string | readonly string[] | undefined;
    about: MailKinds[K];
    /** When it is of no use any more: then it isn't tried again. Absent: two days from now. */
    expiresAt?: Date;
    /** The same mail is queued once while it waits. Absent: each is one of its own. */
    id?: string;
  };
}[MailKind];

/** Takes a mail into the queue; returns when it is stored. */
export type SendMail = (mail: Mail) => Promise<void>;

/** Queues a mail: no page waits for it, and none fails by it. */
export async function sendMail({ mail }: ServiceContext, about: Mail): Promise<void> {
  await mail?.(about);
}
