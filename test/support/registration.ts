import type { TestServer } from './server.js';

export type Json = Record<string, unknown>;

export interface RegistrationAnswer {
  status: number;
  body: Json;
  headers: Headers;
}

export const REGISTRATION_PATH = '/oauth2/register';

export async function send(url: string, init: RequestInit): Promise<RegistrationAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : {}, headers: response.headers };
}

export const json = (value: unknown, token?: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
  body: JSON.stringify(value),
});

/** @param token an initial access token */
export const registerAt = ({ issuer }: Pick<TestServer, 'issuer'>, metadata: Json, token?: string) =>
  send(`${issuer}${REGISTRATION_PATH}`, json(metadata, token));

/** A call to a registration's own address, by its token. */
export const manage = (one: Json, method: string, body?: unknown, token = one.registration_access_token) =>
  send(one.registration_client_uri as string, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
