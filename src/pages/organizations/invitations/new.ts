import type Router from '@koa/router';
import type { Context } from 'koa';
import { isEmailAddress } from '../../../lib/email-address.js';
import { field, formBody } from '../../../middleware/form-body.js';
import { invite } from '../../../services/invitations/invite.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import { carryOut } from '../../submit.js';
import { giftFields, givableHere, idsOf, NO_GIFT, type TypedGift, typedGift } from './gift.js';

const NEW = '/organizations/:slug/invitations/new';

/** Inviting one person. */
export function newInvitation(router: Router, deps: PageDeps): void {
  router.get(NEW, async (ctx) => {
    const visitor = await visitorOf(deps, ctx, 'invitations:read', 'invitations:write');
    if (visitor) await newPage(deps, ctx, visitor, { email: '', typed: NO_GIFT });
  });
  // A form for the address alone stands on the list too.
  for (const path of [NEW, '/organizations/:slug/invitations'])
    router.post(path, formBody, deps.csrf.check, async (ctx) => submitNew(deps, ctx));
}

interface Asked {
  email: string;
  typed: TypedGift;
  emailFault?: Message | undefined;
  refused?: Message | string | undefined;
  /** The invitation that the address has already. */
  present?: string | undefined;
}

async function newPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  { email, typed, emailFault, refused, present }: Asked,
): Promise<void> {
  const base = `/organizations/${visitor.organization.slug}`;
  ctx.body = deps.render('organizations/invitation-new', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    action: `${base}/invitations/new`,
    base,
    email,
    errors: { ...(emailFault ? { email: emailFault } : {}), ...typed.errors },
    refused: refused ?? null,
    present: present ?? null,
    ...giftFields(visitor, await givableHere(deps, visitor), typed),
  });
}

async function submitNew(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'invitations:read', 'invitations:write');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const email = field(ctx, 'email').trim();
  const typed = await typedGift(deps, ctx, visitor);
  const emailFault = faultOf(email);
  if (emailFault || Object.keys(typed.errors).length) {
    ctx.status = 422;
    return newPage(deps, ctx, visitor, { email, typed, emailFault });
  }
  const { roles } = await givableHere(deps, visitor);
  const base = `/organizations/${organization.slug}`;
  await carryOut(deps, ctx, {
    act: async () => {
      const { invitation } = await invite(
        deps.services,
        actor,
        { organization, issuer: deps.issuer },
        {
          email,
          ...typed.given,
          roleIds: idsOf(roles, typed.roles),
          groupIds: [...typed.groups],
          language: deps.textsOf(ctx).language,
        },
      );
      return {
        text: message('invitation-sent', { email: invitation.email }),
        href: `${base}/invitations/${invitation._id}`,
        link: message('invitation-see'),
      };
    },
    next: `${base}/invitations`,
    again: (refused, { code, details }) => {
      const [{ id = undefined } = {}] = details as { id?: string }[];
      const fault = ADDRESS_FAULTS[code];
      return newPage(
        deps,
        ctx,
        visitor,
        fault ? { email, typed, emailFault: fault, present: id } : { email, typed, refused },
      );
    },
  });
}

/** What is about the address alone stands beside it. */
const ADDRESS_FAULTS: Readonly<Record<string, Message>> = {
  already_member: message('invitation-already-member'),
  already_invited: message('invitation-already-invited'),
};

function faultOf(email: string): Message | undefined {
  if (!email) return message('invitation-email-missing');
  return isEmailAddress(email) ? undefined : message('fault-email-malformed');
}
