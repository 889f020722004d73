import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** An answer as far as the checks need it. */
export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
  /** When the server's certificate ends; undefined without TLS. */
  certificateEnds: Date | undefined;
}

const PATIENCE_MS = 5000;
const MOST = 256 * 1024;

/** GET without following redirects, within five seconds. @throws the connection's error, with Node's `code`. */
export function ask(url: string): Promise<Answer> {
  const send = url.startsWith('https:') ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const sent = send(url, { headers: { accept: 'application/json' }, agent: false }, (answer) => {
      const end = (answer.socket as Partial<TLSSocket>).getPeerCertificate?.().valid_to;
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MOST) sent.destroy(new Error('the answer is too long'));
      });
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body,
          certificateEnds: end ? new Date(end) : undefined,
        }),
      );
    });
    const late = setTimeout(
      () => sent.destroy(Object.assign(new Error('no answer within five seconds'), { code: 'ETIMEDOUT' })),
      PATIENCE_MS,
    );
    sent.on('close', () => clearTimeout(late));
    sent.on('error', reject);
    sent.end();
  });
}

/** What a connection's error means, and what to do: [what, advice]. */
export function connectionFault(error: unknown, host: string): [string, string] {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const known = Object.hasOwn(CONNECTION_FAULTS, code) ? CONNECTION_FAULTS[code] : undefined;
  return known ? known(host) : [`${host} can’t be reached: ${message}`, 'Look at the network and the proxy between.'];
}

const chain = (host: string): [string, string] => [
  `The certificate of ${host} is not signed by an authority that this machine knows`,
  'Get one from a public authority and send its intermediates too; for one of your own, set NODE_EXTRA_CA_CERTS.',
];

const CONNECTION_FAULTS: Record<string, (host: string) => [string, string]> = {
  ECONNREFUSED: (host) => [`Nothing answers at ${host}`, 'Start the server and what stands in front of it.'],
  ENOTFOUND: (host) => [`The name ${host} is not known`, 'Add it to the DNS, or correct the address.'],
  EAI_AGAIN: (host) => [`The name ${host} can’t be looked up`, 'Look at this machine’s DNS.'],
  ETIMEDOUT: (host) => [`${host} doesn’t answer within five seconds`, 'Look at firewalls and at the proxy between.'],
  ECONNRESET: (host) => [`${host} ends the connection`, 'Look at whether it speaks the protocol of the address.'],
  EPROTO: (host) => [`${host} doesn’t speak TLS there`, 'Let the proxy end TLS on that port.'],
  CERT_HAS_EXPIRED: (host) => [`The certificate of ${host} has expired`, 'Renew it, and see why that didn’t happen.'],
  CERT_NOT_YET_VALID: (host) => [`The certificate of ${host} is not valid yet`, 'Look at both machines’ clocks.'],
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => [
    `The certificate is for another name than ${host}`,
    'Get one for this name, or correct ISSUER.',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: chain,
  SELF_SIGNED_CERT_IN_CHAIN: chain,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: chain,
  UNABLE_TO_GET_ISSUER_CERT: chain,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: chain,
};
