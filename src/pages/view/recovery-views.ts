/** What the views of proving an address and of recovery are given, and of how an account is kept. */
import type { Message } from '../../texts/message.js';
import type { Notice } from '../notice.js';
import type { Faults, FramedForm } from './framed.js';
import type { AppView } from './models.js';

interface Door {
  app: AppView | null;
}

interface Form extends Door {
  csrf: string;
  action: string;
}

export interface RecoveryViews {
  'recovery/forgot': Form & { backUrl: string; values: { email: string }; errors: Faults<'email'> };
  'recovery/sent': Door & { email: string; minutes: number; backUrl: string; againUrl: string };
  'recovery/reset': Form & { email: string; host: string; errors: Faults<'new_password'>; passwordLeast: number };
  'recovery/used': Door;
  'recovery/verify': Form & {
    email: string;
    /** Where the link is about another address for the account. */
    newEmail: string | null;
    host: string;
    asksPassword: boolean;
    errors: Faults<'password'>;
  };
  /** `waiting`: for the other address. */
  'recovery/verified': Door & { waiting: boolean };
  'interaction/code': Form & {
    againAction: string;
    otherUrl: string;
    email: string;
    minutes: number;
    notice: Notice | undefined;
    errors: Faults<'code'>;
  };
  'account/security': FramedForm & {
    email: string;
    emailVerified: boolean;
    waiting: { email: string; newConfirmed: boolean; oldConfirmed: boolean; until: Date } | null;
    errors: Faults<'current_password' | 'new_password'>;
    refused: Message | string | null;
    endOthers: boolean;
    passwordLeast: number;
  };
  'account/address': FramedForm & {
    email: string;
    verified: boolean;
    values: { email: string };
    errors: Faults<'email' | 'current_password'>;
  };
}
