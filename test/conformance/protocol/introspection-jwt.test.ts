/** RFC 9701: by which algorithm an introspection is signed, and that what is said of a token is in its own claim alone. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApplication } from '../../support/factories.js';
import { makeAdministrator, post, signIn } from '../../support/login.js';
import { get } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

const TYPE = 'application/token-introspection+jwt';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.close());

describe('an introspection that is a JWT', () => {
  it('is signed by the algorithm that the application registered, RS256 where it chose none, one that is published', async () => {
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
    const { body } = await get(server, '/.well-known/oauth-authorization-server');
    for (const alg of ['RS256', 'ES256'] as const) {
      const application = await makeApplication(
        server.services,
        alg === 'RS256' ? {} : { idTokenSigningAlg: alg, organization: 'none' },
      );
      const { flow } = await signIn(server, application._id, await makeAdministrator(server));
      const code = flow.callbackUrl().searchParams.get('code') as string;
      const request = { grant_type: 'authorization_code', code, code_verifier: flow.verifier };
      const { json } = await post(
        server,
        '/oauth2/token',
        { ...request, redirect_uri: 'https://app.example.test/callback' },
        { clientId: application._id },
      );
      for (const token of [json.access_token, json.refresh_token]) {
        const options = { clientId: application._id, headers: { accept: TYPE } };
        const answer = await post(server, '/oauth2/introspect', { token }, options);
        const { payload, protectedHeader } = await jwtVerify(answer.text, keys, { audience: application._id });
        expect(protectedHeader).toMatchObject({ alg, typ: 'token-introspection+jwt' });
        expect(body.introspection_signing_alg_values_supported).toContain(protectedHeader.alg);
        expect(payload.token_introspection).toMatchObject({ active: true, sub: expect.any(String) });
        for (const name of ['sub', 'exp', 'active', 'client_id', 'scope']) expect(payload).not.toHaveProperty(name);
      }
    }
  });
});
