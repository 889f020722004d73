import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Application, Organization, User } from '../../src/models/index.js';
import type { ServiceContext } from '../../src/services/context.js';
import type { BrowserClient } from './browser-client.js';
import { makeApplication, makeOrganization, makeUser, PASSWORD, SECRET } from './factories.js';
import { newBrowser } from './relying-party.js';
import type { TestServer } from './server.js';

export const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** A server as one process of several: where it listens, and for which issuer. */
type Somewhere = Pick<TestServer, 'issuer' | 'server'>;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: IncomingHttpHeaders;
}

/** What a device without any library sends: a form, in which an array repeats a parameter, or a text as it is. */
export async function post(
  { issuer, server }: Somewhere,
  path: string,
  body: Record<string, string | string[]> | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const pairs = (form: object) =>
    Object.entries(form).flatMap(([key, value]) => [value].flat().map((one): [string, string] => [key, one]));
  const text = typeof body === 'string' ? body : new URLSearchParams(pairs(body)).toString();
  const sent = request({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    path,
    method: 'POST',
    headers: {
      host: new URL(issuer).host,
      ...(typeof body === 'string' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      'content-length': Buffer.byteLength(text),
      ...headers,
    },
  });
  sent.end(text);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let answer = '';
  for await (const chunk of response.setEncoding('utf8')) answer += chunk;
  const json = response.headers['content-type']?.includes('json');
  return {
    status: response.statusCode ?? 0,
    body: json ? JSON.parse(answer) : { text: answer },
    headers: response.headers,
  };
}

/** How the application proves itself: by a secret, or by its name alone. */
export const credentials = (application: Pick<Application, '_id' | 'secretHash'>): Record<string, string> =>
  application.secretHash
    ? { authorization: `Basic ${Buffer.from(`${application._id}:${SECRET}`).toString('base64')}` }
    : {};

export interface Device {
  deviceCode: string;
  userCode: string;
  answer: Record<string, unknown>;
  /** Asks for tokens, whoever else may have. */
  poll(more?: { at?: Somewhere; as?: Application }): Promise<Answer>;
}

/** A device that has asked for codes. */
export async function startDevice(
  server: Somewhere,
  application: Application,
  parameters: Record<string, string> = {},
): Promise<Device> {
  const named = { client_id: application._id };
  const { status, body } = await post(
    server,
    '/oauth2/device_authorization',
    { ...named, scope: 'openid profile email', ...parameters },
    credentials(application),
  );
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  const deviceCode = body.device_code as string;
  return {
    deviceCode,
    userCode: body.user_code as string,
    answer: body,
    poll: ({ at = server, as = application } = {}) =>
      post(
        at,
        '/oauth2/token',
        { client_id: as._id, grant_type: DEVICE_CODE_GRANT, device_code: deviceCode },
        credentials(as),
      ),
  };
}

/** An application of devices alone, as a television or a command line has it: public, without redirect URIs. */
export const makeDeviceApplication = (
  context: ServiceContext,
  values: Parameters<typeof makeApplication>[1] = {},
): Promise<Application> =>
  makeApplication(context, {
    name: 'Television',
    type: 'native',
    secretHash: undefined,
    tokenEndpointAuthMethod: 'none',
    redirectUris: [],
    grantTypes: [DEVICE_CODE_GRANT, 'refresh_token'],
    ...values,
  });

/** A person of one organization and their browser, as far as the question whether to allow a device; signs in where it is asked to. */
export async function askedAbout(
  server: TestServer,
  device: Pick<Device, 'userCode'>,
  { user, browser = newBrowser(server) }: { user?: User; browser?: BrowserClient } = {},
) {
  const person = user ?? (await makeUser(server.services));
  const organization = user ? undefined : await makeOrganization(server.services, { founder: person._id });
  await browser.open('/oauth2/device');
  await browser.submit('Continue', { user_code: device.userCode });
  if (browser.has('Password')) await browser.submit('Sign in', { email: person.email, password: PASSWORD });
  return { user: person, organization: organization as Organization, browser };
}

/** The same, and they allow it. */
export async function allow(...[server, device, who]: Parameters<typeof askedAbout>) {
  const person = await askedAbout(server, device, who);
  await person.browser.submit('Allow');
  if (!person.browser.has('Your device is connected')) throw new Error(`not allowed:\n${person.browser.html}`);
  return person;
}
