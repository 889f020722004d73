import { interactionPolicy } from 'oidc-provider';
import { decisionOf } from '../grants.js';
import type { OidcContext } from '../runtime.js';

const { Check, Prompt, base } = interactionPolicy;

/** What a person has to be asked, in order: to sign in, for the organization (R7), for consent. */
export function policy() {
  const prompts = base();
  const login = prompts.get('login');
  login?.checks.add(
    // A disabled user's session is still there, but nobody is behind it any more (R8).
    new Check('account_gone', 'the account is not active', 'login_required', (ctx: OidcContext) =>
      ctx.oidc.session.accountId && !ctx.oidc.account ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    ),
  );
  // Native applications of our own need no consent page, also with prompt=none.
  prompts.get('consent')?.checks.remove('native_client_prompt');
  prompts.add(
    new Prompt(
      { name: 'organization', requestable: false },
      new Check(
        'organization_undecided',
        'the organization has to be chosen',
        'interaction_required',
        (ctx: OidcContext) => (decisionOf(ctx)?.kind === 'decided' ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT),
        (ctx: OidcContext) => {
          const decision = decisionOf(ctx);
          return decision?.kind === 'join'
            ? { step: 'join', organizationId: decision.organization._id }
            : { step: decision?.kind ?? 'choose' };
        },
      ),
    ),
    1,
  );
  return prompts;
}
