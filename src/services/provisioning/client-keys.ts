/** The keys by which an application's assertions are verified, as a provisioning file gives them: public ones only. */
import { z } from 'zod';
import { type PublicJwk, readPublicJwk } from '../../lib/public-jwk.js';

const key = z.looseObject({}).transform((input, context): PublicJwk => {
  const read = readPublicJwk(input);
  if ('key' in read) return read.key;
  context.issues.push({ code: 'custom', input: undefined, path: [read.member], message: read.message });
  return z.NEVER;
});

/** A JWK Set (RFC 7517 5). */
export const clientKeys = z.strictObject({
  keys: z.array(key).min(1, 'expected at least one key').max(20, 'expected 20 keys at most'),
});

/** Where a JWK Set is: https, or http where OUTBOUND_ALLOW lets the server call it. */
export const clientKeysUri = z
  .string()
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'expected an http or https URL')
  .refine((text) => !text.includes('#'), 'expected a URL without a fragment')
  .refine((text) => !URL.parse(text)?.username, 'expected a URL without credentials');
