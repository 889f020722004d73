import { SECRET } from './factories.js';
import type { TestServer } from './server.js';

export interface RawAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  body: any;
}

/** Credentials as most of these tests send them. */
export const basic = (clientId: string, secret = SECRET) => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
});

/** POSTs to the server without a client library: a form, or the body as it is. */
export async function post(
  server: Pick<TestServer, 'issuer'>,
  path: string,
  body: Record<string, string> | string | undefined,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const form: Record<string, string> =
    typeof body === 'object' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  return answerOf(
    await fetch(`${server.issuer}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...form, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new URLSearchParams(body).toString() }),
    }),
  );
}

export async function get(
  server: Pick<TestServer, 'issuer'>,
  path: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  return answerOf(await fetch(`${server.issuer}${path}`, { redirect: 'manual', headers }));
}

async function answerOf(response: Response): Promise<RawAnswer> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
