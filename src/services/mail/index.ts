/**
 * Mails, as services ask for them: by kind, with what they tell. Who queues, words and sends them is `src/mail/`; a context without that, as
 * the command's, sends none.
 */
import type { ServiceContext } from '../context.js';

/** What each kind of mail tells. A link is whole, made of ISSUER, and the only secret that a mail holds beside a code. */
export interface MailKinds {
  /** Proves an address at sign-up, while its person is on the page. */
  'sign-up-code': { code: string; minutes: number };
  /** Somebody wants to sign up with an address that has an account. */
  'sign-up-known': { signInLink: string; resetLink: string };
  /** Proves the address of an account. */
  'verify-address': { link: string; hours: number };
  'reset-password': { link: string; minutes: number };
  /** To an organization's administrators: so many people ask to join. */
  'join-request': { link: string; organization: string; count: number };
  /** To who asked. */
  'join-request-accepted': { link: string; organization: string };
  /** To the invited: the link that proves their address too. `inviter` and `message` are what people typed. */
  invitation: { link: string; organization: string; inviter: string | null; message: string | null; until: Date };
}

export type MailKind = keyof MailKinds;

export type Mail = {
  [K in MailKind]: {
    kind: K;
    /** The address alone. */
    to: string;
    /** A BCP 47 tag; English where there are no words in it. */
    language: string | undefined;
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
