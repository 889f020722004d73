import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectionFault } from './ask.js';
import { type Finding, findingsOf } from './finding.js';

const PATIENCE_MS = 5000;

/** Whether the mail server is reached and greets; nothing is sent, and nobody signs in. */
export async function checkMail(smtpUrl: string | null): Promise<Finding[]> {
  const { found, ok, problem } = findingsOf('Mail');
  if (!smtpUrl) {
    ok('SMTP_URL is not set: each mail is a file under the data folder');
    return found;
  }
  const { hostname, port, protocol } = new URL(smtpUrl);
  const secure = protocol === 'smtps:';
  const at = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (secure ? 465 : 587) };
  try {
    const greeting = await greetingOf(secure ? connectTls({ ...at, servername: at.host }) : connectPlain(at));
    if (greeting.startsWith('220')) ok(`The mail server ${hostname} greets`);
    else problem(`What answers at ${hostname} is no mail server`, 'Correct SMTP_URL.');
  } catch (error) {
    problem(...connectionFault(error, `${hostname}:${at.port}`));
  }
  return found;
}

/** The first that it says. */
function greetingOf(socket: Socket): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')));
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  }).finally(() => socket.destroy());
}
