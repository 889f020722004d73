/** Signing in or up on the way to an invitation: the page says what it is about, and the account is the invited address's. */
import type { Context } from 'koa';
import { RollcallError } from '../../lib/errors.js';
import { fault } from '../../lib/fault.js';
import type { Login } from '../../oidc/interaction.js';
import { normalizeEmail } from '../../services/create-user.js';
import { openedInvitation } from '../../services/invitations/find-invitation.js';
import type { SignUpFaults } from '../../services/sign-up.js';
import type { PageDeps } from '../deps.js';
import { INVITATION_STATE, invitationSecret } from '../invitation-cookie.js';
import { inviterName } from '../inviter-name.js';
import type { InvitedView } from '../view/invitations-views.js';
import { organizationView } from './look.js';

/** The invitation that a login leads to. */
export interface InvitedHere extends InvitedView {
  email: string;
  /** Opened by the mailed link, which proves the address of an account that is made here: no code is needed. */
  mailed: boolean;
}

/** @returns undefined in every other login, and where the link doesn't work any more */
export function invitedHere(deps: PageDeps, ctx: Context, login: Login): Promise<InvitedHere | undefined> {
  ctx.state.invitedHere ??= read(deps, ctx, login);
  return ctx.state.invitedHere;
}

async function read(deps: PageDeps, ctx: Context, login: Login): Promise<InvitedHere | undefined> {
  if (login.application !== null || login.params.state !== INVITATION_STATE) return undefined;
  const secret = invitationSecret(deps, ctx);
  const opened = secret ? await openedInvitation(deps.services, secret) : undefined;
  if (!opened) return undefined;
  const { invitation, organization, mailed } = opened;
  return {
    organization: organizationView(organization),
    inviter: await inviterName(deps, invitation),
    email: invitation.email,
    mailed,
  };
}

/** An account for another address couldn't accept what it is made for. @throws RollcallError `invalid` as `signUp` */
export function requireInvitedAddress(invited: InvitedHere | undefined, email: string): void {
  if (!invited || !email.trim() || normalizeEmail(email) === invited.email) return;
  const faults: SignUpFaults = { email: fault('email-invited', 'The invitation is for another address.') };
  throw new RollcallError('invalid', 422, 'Some of this can’t be taken.', { details: [faults] });
}
