/** A login that was left for another page of ours, and goes on from there. */
import type { Provider } from 'oidc-provider';
import type { Application } from '../models/index.js';
import type { OidcContext, Runtime } from './runtime.js';

export interface LeftLogin {
  uid: string;
  application: Application;
  params: Record<string, unknown>;
  /** When it came to a page. Seconds. */
  since: number;
  /** Its request was pushed, or signed: it can't be made again from its parameters. */
  sealed: boolean;
}

/** @returns undefined for one that has ended, and for a device's */
export async function loginNamed(
  { services }: Runtime,
  provider: Provider,
  uid: string,
): Promise<LeftLogin | undefined> {
  const found = (await provider.Interaction.find(uid)) as OidcContext | undefined;
  if (!found || found.deviceCode) return undefined;
  const application = (await services.catalog.current()).applications.get(found.params.client_id);
  if (!application) return undefined;
  const sealed = found.parJti !== undefined || found.params.request !== undefined || (found.trusted ?? []).length > 0;
  return { uid, application, params: found.params, since: found.iat ?? 0, sealed };
}

/** What a sign-in since the request came has answered already. */
const ANSWERED: ReadonlySet<string> = new Set(['login', 'create', 'select_account']);

/**
 * The address at which it goes on: the same request once more, in the organization, where it names none. One that can't be made again
 * goes on at its page.
 */
export function beginAgain(
  { uid, application, params, since, sealed }: LeftLogin,
  { organization, authTime }: { organization: string; authTime: number },
): string {
  if (sealed) return `/interaction/${uid}`;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params))
    for (const one of [value].flat()) if (one !== undefined) query.append(key, String(one));
  if (application.organization !== 'none' && !query.get('organization')) query.set('organization', organization);
  if (authTime >= since && query.has('prompt')) {
    const prompts = (query.get('prompt') ?? '').split(' ').filter((one) => one && !ANSWERED.has(one));
    if (prompts.length) query.set('prompt', prompts.join(' '));
    else query.delete('prompt');
  }
  return `/oauth2/authorize?${query}`;
}
