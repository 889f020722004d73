/**
 * Codes that are sent more than once. The library ends everything that was given under a code that is used again (RFC 6749 4.1.2, its
 * helpers/grant_source.js), which is right for a repetition. A client that sends one twice at once, by a double click or an impatient
 * retry, is to have its tokens all the same: of those that have arrived before the one that won was answered, the others are refused and
 * end nothing.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'koa';
import { errors, type Provider } from 'oidc-provider';
import type { CodeAdapter } from './adapter/code-adapter.js';
import type { OidcContext } from './runtime.js';

/** Who sends several at once doesn't send them at the same moment: the one that won waits for the last of them, where it has seen another. */
const STRAGGLERS_MS = 250;

interface Code {
  jti: string;
  clientId: string;
  consumed?: unknown;
  adapter: CodeAdapter;
}

/** By the request, the code that it brings although another one has redeemed it. */
const REPEATED = new WeakMap<object, Code>();

export const repeatedCode = (ctx: object): Code | undefined => REPEATED.get(ctx);

/** Authorization codes: device codes have more to be asked, see `device/device-codes.ts`. */
export function tellRepetitionsApart(provider: Provider): void {
  const model = provider.AuthorizationCode as OidcContext;
  const find = model.find.bind(model);
  model.find = async (value: string, options: unknown) => {
    const code = await find(value, options);
    const { ctx } = provider.constructor as OidcContext;
    if (code && ctx?.oidc.route === 'token' && code.clientId === ctx.oidc.client?.clientId)
      await refuseAmongSeveral(ctx, code);
    return code;
  };
}

/** @throws InvalidGrant where another request has used the code and this one had arrived before that was answered */
export async function refuseAmongSeveral(ctx: OidcContext, code: Code): Promise<void> {
  if (!code.consumed) return;
  const { arrivedAt } = ctx.req.rollcall;
  if (await code.adapter.cameBeforeAnswer(code.jti, arrivedAt))
    throw new errors.InvalidGrant('another request that came at the same time redeems it');
  REPEATED.set(ctx, code);
}

/** The mark that the tokens of a code are made, before anybody has them. */
export function markRedeemed(ctx: Context): void | Promise<void> {
  const oidc = (ctx as OidcContext).oidc;
  if (oidc?.route !== 'token' || ctx.status !== 200) return;
  const code: Code | undefined = oidc.entities.AuthorizationCode ?? oidc.entities.DeviceCode;
  return code && mark(code);
}

async function mark(code: Code): Promise<void> {
  // What waits in the sockets by now has come before the answer: a turn to accept connections, one to read from them.
  await nextTurn();
  await nextTurn();
  if (await code.adapter.markAnswered(code.jti, { alone: true })) return;
  await sleep(STRAGGLERS_MS);
  await code.adapter.markAnswered(code.jti, { alone: false });
}
