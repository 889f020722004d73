import type { Message } from '../../texts/message.js';
import type { FramedForm } from './framed.js';

export interface NotificationsViews {
  'account/notifications': FramedForm & {
    email: string;
    values: { newSignIn: boolean; rolesGiven: boolean };
    refused: Message | string | null;
  };
}
