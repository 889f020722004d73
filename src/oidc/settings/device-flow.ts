import { DeviceCodeSpent } from '../device/device-codes.js';
import { REFUSALS } from '../interaction.js';
import type { OidcContext } from '../runtime.js';

/** The pages in which a person's part of the device flow ends. */
export interface DevicePages {
  /** The device can be used. */
  allowed(ctx: OidcContext): Promise<void>;
  /** It got no access. */
  denied(ctx: OidcContext, why: NoAccess): Promise<void>;
  /** Meanwhile the code was used or has expired. */
  spent(ctx: OidcContext): Promise<void>;
  /** The login was left open for too long, or has ended. */
  ended(ctx: OidcContext): Promise<void>;
  error(ctx: OidcContext, out: { error: string; error_description?: string }, cause: Error): Promise<void>;
}

/** Why a device got no access: the person said no, chose no organization, or a rule refused it (R7). */
export type NoAccess = 'denied' | 'no-organization' | 'refused';

/** What ended the login, by the description that came with `access_denied`. */
const WHY: ReadonlyMap<string | undefined, NoAccess> = new Map([
  [REFUSALS.denied, 'denied'],
  [REFUSALS.noOrganization, 'no-organization'],
]);

/** The library's names for a code that can't be decided about any more (its helpers/re_render_errors.js, which it doesn't export). */
const SPENT = new Set(['NotFoundError', 'ExpiredError', 'AlreadyUsedError']);

/**
 * The library asks for three sources of HTML. Two belong to its own form, which isn't used; but the first one also renders every error
 * of a person's login.
 */
export function deviceFlow(pages: DevicePages) {
  return {
    enabled: true,
    deviceInfo: () => undefined,
    userCodeInputSource: async (ctx: OidcContext, _form: string, out?: { error: string }, cause?: OidcContext) => {
      forgetXsrf(ctx);
      if (!out || !cause || SPENT.has(cause.name) || cause instanceof DeviceCodeSpent) return pages.spent(ctx);
      if (cause.name === 'AbortedError') return pages.denied(ctx, WHY.get(cause.cause?.error_description) ?? 'refused');
      if (cause.name === 'SessionNotFound') return pages.ended(ctx);
      return pages.error(ctx, out, cause);
    },
    userCodeConfirmSource: async () => {
      throw new Error('the form of the library is not used');
    },
    successSource: (ctx: OidcContext) => pages.allowed(ctx),
  };
}

/**
 * For a form that isn't ours the library's error handler has just put a secret into the session, which would be saved, and can't be where
 * there is none (its shared/error_handler.js). The session is as it was before.
 */
function forgetXsrf({ oidc }: OidcContext): void {
  oidc.session.state = undefined;
  oidc.session.touched = false;
}
