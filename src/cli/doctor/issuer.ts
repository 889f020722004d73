import { type Answer, ask, connectionFault } from './ask.js';
import { checkClock } from './clock.js';
import { type Finding, findingsOf } from './finding.js';

type Report = ReturnType<typeof findingsOf>;

const DAY_MS = 24 * 60 * 60 * 1000;
const RENEW_DAYS = 14;
/** `Date` has whole seconds. */
const RESOLUTION_MS = 1000;

/** Whether the issuer is reached from here as its users reach it, and says that it is who it should be. */
export async function checkIssuer(issuer: string): Promise<Finding[]> {
  const area = findingsOf('Issuer');
  const { host } = new URL(issuer);
  try {
    const before = Date.now();
    const discovery = await ask(`${issuer}/.well-known/openid-configuration`);
    const after = Date.now();
    if (!saysIssuer(discovery, issuer, area)) return area.found;
    checkCertificate(discovery, area);
    const time = Date.parse(discovery.headers.date ?? '');
    if (time) checkClock(area, { name: 'the server', time, before, after, resolution: RESOLUTION_MS });
    checkReady(await ask(`${issuer}/health/ready`), area);
  } catch (error) {
    area.problem(...connectionFault(error, host));
  }
  return area.found;
}

/** What a status other than 200 says about the way there. */
function wrongStatus({ status, headers }: Answer, issuer: string): [string, string] {
  const { host } = new URL(issuer);
  if (status === 421)
    return [
      `The server is reached, but with another Host than ${host}`,
      'Let the proxy keep the Host header (nginx: proxy_set_header Host $host), or correct ISSUER.',
    ];
  if (status >= 300 && status < 400)
    return [
      `${issuer} sends on to ${locationOf(headers.location, issuer)}`,
      'Set ISSUER to the address that people end at; let the proxy answer without sending on.',
    ];
  if (status >= 502 && status <= 504)
    return [
      `${host} answers ${status}: what stands in front doesn’t reach the server, or it isn’t ready`,
      'Look at the server’s log and at the address that the proxy sends to.',
    ];
  return [`${host} answers ${status} where the discovery document should be`, 'Look at what answers there.'];
}

/** An address without what may be secret in it. */
function locationOf(location: string | undefined, base: string): string {
  const url = location ? URL.parse(location, base) : null;
  return url ? `${url.origin}${url.pathname}` : 'nowhere';
}

function saysIssuer(answer: Answer, issuer: string, { ok, problem }: Report): boolean {
  if (answer.status !== 200) {
    problem(...wrongStatus(answer, issuer));
    return false;
  }
  const document = parsed(answer.body);
  if (typeof document?.issuer !== 'string') {
    problem(`What answers at ${issuer} is no OpenID Connect server`, 'Look at the proxy, and at ISSUER.');
    return false;
  }
  if (document.issuer !== issuer) {
    problem(
      `The server at ${issuer} says that it is ${document.issuer.slice(0, 200)}`,
      'Set ISSUER to the same for the server and this command.',
    );
    return false;
  }
  ok(`${issuer} answers, and says that it is the issuer`);
  return true;
}

function parsed(body: string): { issuer?: unknown } | undefined {
  try {
    return JSON.parse(body) as { issuer?: unknown };
  } catch {
    return undefined;
  }
}

function checkCertificate({ certificateEnds }: Answer, { ok, warning }: Report): void {
  if (!certificateEnds) return;
  const days = Math.floor((certificateEnds.getTime() - Date.now()) / DAY_MS);
  if (days < RENEW_DAYS) warning(`Its certificate ends in ${days} days`, 'Renew it.');
  else ok(`Its certificate is good for ${days} days`);
}

function checkReady({ status }: Answer, { ok, problem }: Report): void {
  if (status === 200) ok('It is ready');
  else problem(`It is alive but not ready (${status})`, 'Look at its log: the database may be away.');
}
