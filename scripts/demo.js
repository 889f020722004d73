// `npm run demo`: the server on the embedded store, an example application and an example API, and what to do with them.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const port = process.env.PORT ?? '3000';
const appPort = process.env.APP_PORT ?? '4000';
const apiPort = process.env.API_PORT ?? '4001';
const dataDir = process.env.DATA_DIR ?? join(root, 'data');
const issuer = process.env.ISSUER ?? `http://localhost:${port}`;
const children = [];
let ending = false;

function end(code) {
  if (ending) return;
  ending = true;
  for (const child of children) child.kill('SIGTERM');
  Promise.all(
    children.map((child) => (child.exitCode === null ? new Promise((done) => child.once('exit', done)) : undefined)),
  ).then(() => process.exit(code));
}
process.on('SIGINT', () => end(0));
process.on('SIGTERM', () => end(0));

function fail(message) {
  console.error(message);
  end(1);
}

const taken = (number) =>
  new Promise((done) => {
    const socket = connect(Number(number), '127.0.0.1');
    socket.once('connect', () => done(socket.destroy() && true));
    socket.once('error', () => done(false));
  });

/** The file with the demo's ports, where others than the usual ones are asked for. */
function provisioningFile() {
  const file = join(root, 'config/demo.yaml');
  if (appPort === '4000' && apiPort === '4001') return file;
  const own = join(dataDir, 'demo.yaml');
  writeFileSync(
    own,
    readFileSync(file, 'utf8')
      .replaceAll('localhost:4000', `localhost:${appPort}`)
      .replaceAll('localhost:4001', `localhost:${apiPort}`),
  );
  return own;
}

function start(name, script, env, log) {
  const child = spawn(process.execPath, [join(root, script)], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const last = [];
  children.push(child);
  child.stderr.pipe(log, { end: false });
  child.stdout.pipe(log, { end: false });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => last.push(String(chunk)) > 20 && last.shift());
  child.once('exit', (code) => ending || fail(`${name} ended with ${code}. It said last:\n${last.join('')}`));
  return child;
}

/** Resolves once a line of a child holds `text`. */
const said = (child, text) =>
  new Promise((done) => {
    let all = '';
    child.stdout.on('data', (chunk) => {
      all += chunk;
      if (all.includes(text)) done();
    });
  });

for (const [number, variable] of [
  [port, 'PORT'],
  [appPort, 'APP_PORT'],
  [apiPort, 'API_PORT'],
]) {
  if (await taken(number)) {
    console.error(`Port ${number} is taken. Set ${variable} to another.`);
    process.exit(1);
  }
}
if (!existsSync(join(root, 'dist/main.js'))) {
  console.error('There is nothing built yet. Run npm ci first.');
  process.exit(1);
}
mkdirSync(dataDir, { recursive: true, mode: 0o700 });
const log = createWriteStream(join(dataDir, 'demo.log'), { flags: 'a', mode: 0o600 });
const server = start(
  'The server',
  'dist/main.js',
  { PORT: port, DATA_DIR: dataDir, ROLLCALL_PROVISION: provisioningFile(), ISSUER: issuer },
  log,
);
let started = '';
server.stdout.on('data', (chunk) => {
  started += chunk;
});
await said(server, '"event":"ready"');
const setupUrl = started.match(/"event":"setup","url":"([^"]+)"/)?.[1];
const common = {
  ISSUER: issuer,
  APP_PORT: appPort,
  API_PORT: apiPort,
  APP_URL: `http://localhost:${appPort}`,
  API_URL: `http://localhost:${apiPort}`,
};
await Promise.all([
  said(start('The API', 'examples/api/server.js', common, log), 'http://'),
  said(start('The application', 'examples/app/server.js', common, log), 'http://'),
]);

console.log(`
  Rollcall is running.

    Open   http://localhost:${appPort}   the example application
           ${issuer}/account   your account on the server${setupUrl ? `\n           ${setupUrl}\n                                   once, to become the operator of the server` : ''}

    Create an account there, or sign in as one of
           ada@acme.test, ben@acme.test     who join Acme: the first becomes its admin, the next a member
           chiara@globex.test               admin of Globex
    all with the password "correct horse battery staple".

    Change a role while you are signed in: the page shows the command.
    State is in ${dataDir}, the log in ${join(dataDir, 'demo.log')}. Ctrl+C ends it.
`);
