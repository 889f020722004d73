import { errors, interactionPolicy } from 'oidc-provider';
import { restsOn, signInEnded } from '../../services/sign-ins.js';
import { approvalOf, isAllowed } from '../device/approval.js';
import { decisionOf } from '../grants.js';
import type { OidcContext, Runtime } from '../runtime.js';
import { ACR_VALUES } from './claims.js';

const { Check, Prompt, base } = interactionPolicy;

/** What a person has to be asked, in order: which account, to sign in, for the organization (R7), for consent. */
export function policy(runtime: Runtime) {
  const prompts = base();
  const login = prompts.get('login');
  login?.checks.add(
    // A disabled user's session is still there, but nobody is behind it any more (R8).
    new Check('account_gone', 'the account is not active', 'login_required', (ctx: OidcContext) =>
      ctx.oidc.session.accountId && !ctx.oidc.account ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    ),
  );
  login?.checks.add(
    new Check('another_account', 'another account was chosen', 'login_required', ({ oidc }: OidcContext) =>
      oidc.result?.select_account?.another && !oidc.result.login ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    ),
  );
  login?.checks.add(
    // R6: an administrator has ended the sessions of this member in the organization that the request is for.
    new Check('sessions_ended', 'the organization asks to sign in again', 'login_required', (ctx: OidcContext) => {
      const decision = decisionOf(ctx);
      return decision?.kind === 'decided' && signInEnded(decision.standing.membership, ctx.oidc.session)
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT;
    }),
  );
  login?.checks.add(
    // Asks nothing: who signed in with a password that was changed before their login went on isn't signed in.
    new Check('password_changed', 'the password was changed', 'login_required', async ({ oidc }: OidcContext) => {
      const { accountId, restsOn: before } = oidc.result?.login ?? {};
      if (typeof before !== 'string') return Check.NO_NEED_TO_PROMPT;
      const user = await runtime.services.models.User.findById(accountId, { passwordHash: 1 }).lean();
      if (user && restsOn(user) === before) return Check.NO_NEED_TO_PROMPT;
      await oidc.session.destroy();
      throw new errors.SessionNotFound('the password was changed meanwhile');
    }),
  );
  if (login) endInsteadOfAskingForever(login);
  // Native applications of our own need no consent page, also with prompt=none.
  prompts.get('consent')?.checks.remove('native_client_prompt');
  prompts.add(selectAccount(), 0);
  prompts.add(create(), 0);
  prompts.add(organization(), 3);
  askAboutDevices(prompts);
  return prompts;
}

/** `prompt=select_account`: who is signed in goes on or signs in as somebody else. A sign-in in this login has answered it too. */
function selectAccount() {
  const prompt = new Prompt({ name: 'select_account', requestable: true });
  prompt.checks.clear();
  prompt.checks.add(
    new Check(
      'select_account_prompt',
      'the account has to be chosen',
      'account_selection_required',
      ({ oidc }: OidcContext) =>
        oidc.session.accountId && oidc.promptPending('select_account') && !oidc.result?.login
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT,
    ),
  );
  return prompt;
}

/** `prompt=create` (Initiating User Registration 1.0): a new account comes first, also where somebody is signed in. A sign-in answers it too. */
function create() {
  const prompt = new Prompt({ name: 'create', requestable: true });
  prompt.checks.clear();
  prompt.checks.add(
    new Check('create_prompt', 'an account has to be made', 'login_required', ({ oidc }: OidcContext) =>
      oidc.promptPending('create') && !oidc.result?.login ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    ),
  );
  return prompt;
}

function organization() {
  return new Prompt(
    { name: 'organization', requestable: false },
    new Check(
      'organization_undecided',
      'the organization has to be chosen',
      'interaction_required',
      (ctx: OidcContext) => (decisionOf(ctx)?.kind === 'decided' ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT),
      (ctx: OidcContext) => {
        const decision = decisionOf(ctx);
        return decision?.kind === 'join' || decision?.kind === 'ask'
          ? { step: decision.kind, organizationId: decision.organization._id }
          : { step: decision?.kind ?? 'choose' };
      },
    ),
  );
}

type LoginPrompt = NonNullable<ReturnType<ReturnType<typeof base>['get']>>;

/**
 * The library asks to sign in until what the request wants of the sign-in is there. Where a sign-in just now hasn't brought it, or none
 * could, the request has failed (OIDC Core 3.1.2.1 for the hint, 5.5.1 for `sub`, 5.5.1.1 for an essential `acr`).
 */
function endInsteadOfAskingForever(login: LoginPrompt): void {
  rememberHint(login);
  for (const reason of ['id_token_hint', 'claims_id_token_sub_value']) {
    fail(login, reason, () => new errors.LoginRequired('somebody else has signed in than was asked for'));
  }
  const unmet = () => new errors.UnmetAuthenticationRequirements('the acr that was asked for could not be reached');
  fail(login, 'essential_acr', unmet, ({ value }) => !ACR_VALUES.includes(value));
  fail(login, 'essential_acrs', unmet, ({ values }) => !values.some((value: string) => ACR_VALUES.includes(value)));
}

/** After a sign-in the library has forgotten the hint (actions/authorization/index.js: `checkIdTokenHint` isn't in `R`). */
function rememberHint(login: LoginPrompt): void {
  const check = login.checks.get('id_token_hint');
  if (!check) throw new Error('the library has no check id_token_hint');
  const ask = check.check;
  check.check = async (ctx: OidcContext) => {
    const { client, entities, params, provider } = ctx.oidc;
    if (params.id_token_hint !== undefined && !entities.IdTokenHint) {
      ctx.oidc.entity('IdTokenHint', await provider.IdToken.validate(params.id_token_hint, client));
    }
    return ask(ctx);
  };
}

function fail(
  login: LoginPrompt,
  reason: string,
  error: () => Error,
  hopeless: (acr: OidcContext) => boolean = () => false,
): void {
  const check = login.checks.get(reason);
  if (!check) throw new Error(`the library has no check ${reason}`);
  const ask = check.check;
  check.check = async (ctx: OidcContext) => {
    const asks = await ask(ctx);
    if (asks && (ctx.oidc.result?.login || hopeless(ctx.oidc.claims?.id_token?.acr))) throw error();
    return asks;
  };
}

/**
 * A device's request came to this browser by a code that somebody may have sent to its person (RFC 8628 5.4): they are asked always, a
 * first-party application's too.
 */
function askAboutDevices(prompts: ReturnType<typeof base>): void {
  const consent = prompts.get('consent');
  if (!consent) return;
  consent.checks.add(
    new Check('device_not_allowed', 'the device has to be allowed', 'interaction_required', (ctx: OidcContext) =>
      isAllowed(ctx) ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
    ),
  );
  consent.details = async (ctx: OidcContext) => ({ device: approvalOf(ctx) });
}
