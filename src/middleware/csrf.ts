import type { Context, Next } from 'koa';
import { RollcallError } from '../lib/errors.js';
import { newSecret } from '../lib/ids.js';
import type { Signer } from '../lib/signatures.js';

/** What a page's handlers need to protect their forms. */
export interface Csrf {
  /** The value of a form's hidden field `csrf`; sets the browser's cookie where it is missing. */
  token(ctx: Context): string;
  /** Refuses a POST that doesn't come from a form of ours: by the Origin header, and by the token. */
  check: (ctx: Context, next: Next) => Promise<void>;
}

/**
 * CSRF protection by a signed double submit: a random value in a cookie, and its HMAC in the form. It covers sign-in too, where there
 * is no session yet.
 */
export function createCsrf(signer: Signer, issuer: string): Csrf {
  const secure = issuer.startsWith('https:');
  const name = secure ? '__Host-rollcall_csrf' : 'rollcall_csrf';
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false, overwrite: true } as const;

  return {
    token(ctx) {
      let value = ctx.state.csrf ?? ctx.cookies.get(name);
      if (!value || !/^[\w-]{43}$/.test(value)) {
        value = newSecret();
        ctx.cookies.set(name, value, options);
      }
      ctx.state.csrf = value;
      return signer.sign('csrf', value);
    },
    async check(ctx, next) {
      const origin = ctx.get('Origin');
      const cookie = ctx.cookies.get(name);
      const field = (ctx.request.body as { csrf?: unknown } | undefined)?.csrf;
      const ours = !origin || origin === issuer;
      if (!ours || !cookie || typeof field !== 'string' || !signer.verify('csrf', cookie, field)) {
        throw new RollcallError(
          'csrf',
          403,
          'This form was open for too long, or came from elsewhere. Go back, load the page again and try once more.',
        );
      }
      await next();
    },
  };
}
