import type { User } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { sendMail } from './index.js';
import { languageOf } from './language-of.js';

/** Tells somebody that their password was changed, and what to do where it wasn't them. */
export async function passwordChanged(context: ServiceContext, user: User): Promise<void> {
  await sendMail(context, {
    kind: 'password-changed',
    to: user.email,
    language: languageOf(user),
    about: { at: context.clock.now(), device: null, resetLink: `${context.issuer}/recover` },
  });
}
