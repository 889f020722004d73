import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { PASSWORD } from '../support/factories.js';
import { temporaryFolder } from '../support/folder.js';
import { ownPort } from '../support/ports.js';

/** `npm run demo`, gone through as the README says. */
let dataDir: string;
let demo: ChildProcess;
let browser: Browser;
let said = '';
let home: string;

beforeAll(async () => {
  dataDir = temporaryFolder();
  const [PORT, APP_PORT, API_PORT] = [12_000, 13_000, 14_000].map((from) => String(ownPort(from)));
  home = `http://localhost:${APP_PORT}`;
  demo = spawn(process.execPath, ['scripts/demo.js'], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT, APP_PORT, API_PORT } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = new Promise<void>((done, failed) => {
    demo.once('exit', (code) => failed(new Error(`the demo ended with ${code}`)));
    demo.stdout?.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Ctrl+C')) done();
    });
  });
  [browser] = await Promise.all([launchBrowser(), ready]);
});
afterAll(async () => {
  await browser?.close();
  const ended = new Promise((done) => demo.once('exit', done));
  demo.kill('SIGINT');
  expect(await ended).toBe(0);
  rmSync(dataDir, { recursive: true, force: true });
});

/** The claims in the block under a heading. */
async function claims(page: Page, index: number): Promise<Record<string, unknown>> {
  return JSON.parse((await page.locator('pre').nth(index).textContent()) ?? '');
}

async function arrive(page: Page, email: string): Promise<void> {
  await page.goto(home);
  await press(page, 'button', 'Sign in to Acme');
  await press(page, 'link', 'Create account');
  await page.getByLabel('Name').fill('Dora Okafor');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'button', 'Create account');
  await press(page, 'button', 'Join');
  await press(page, 'button', 'Allow');
}

describe('the demo', () => {
  it('says what to open and whom to sign in as', () => {
    for (const words of [home, '/account', 'ada@acme.test', PASSWORD]) expect(said).toContain(words);
  });

  it('makes the first admin, shows their tokens, and a role change in the API’s next answer', async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await arrive(page, 'dora@acme.test');
    const idToken = await claims(page, 1);
    expect(idToken).toMatchObject({ roles: ['admin'], org_slug: 'acme', email: 'dora@acme.test' });
    expect(await claims(page, 2)).toMatchObject({ roles: ['admin'], oid: idToken.oid });
    await press(page, 'button', 'Call the API');
    expect(await claims(page, 0)).toMatchObject({ active: true, roles: ['admin'] });
    const command = (await page.locator('details pre').textContent()) ?? '';
    const file = join(dataDir, 'roles.yaml');
    // As on a machine that has never run it: npx then installs this folder into its cache, and runs `prepare` here.
    const firstUse = { npm_config_cache: join(dataDir, 'npm'), npm_config_offline: 'true' };
    const built = statSync('dist/main.js').ino;
    execFileSync('bash', ['-c', command.replaceAll('data/roles.yaml', file)], {
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...firstUse } as NodeJS.ProcessEnv,
      stdio: 'pipe',
    });
    expect(statSync('dist/main.js').ino).toBe(built);
    await press(page, 'button', 'Call the API');
    expect(await claims(page, 0)).toMatchObject({
      active: true,
      roles: ['admin', 'billing'],
      stale: true,
      roles_in_token: ['admin'],
    });
    await press(page, 'button', 'Refresh tokens');
    expect(await claims(page, 1)).toMatchObject({ roles: ['admin', 'billing'] });

    await page.getByLabel('Slug').fill('globex');
    await press(page, 'button', 'Switch');
    await press(page, 'button', 'Join');
    await press(page, 'button', 'Allow');
    expect(await claims(page, 1)).toMatchObject({ roles: ['member'], org_slug: 'globex' });
    await page.getByLabel('Slug').fill('acme');
    await press(page, 'button', 'Switch');
    expect(await claims(page, 1)).toMatchObject({ roles: ['admin', 'billing'], org_slug: 'acme' });
    await press(page, 'button', 'Sign out');
    expect(page.url()).toBe(`${home}/`);
    await press(page, 'button', 'Sign in to Acme');
    expect(await page.getByLabel('Password').count()).toBe(1);
    await page.close();
  });

  it.each(VIEWS)('makes a later one member, and looks well in $name', async (view) => {
    const context = await browser.newContext({ colorScheme: view.colorScheme, viewport: view.viewport });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(home);
    await look(page, `demo-signed-out-${view.name}`);
    await arrive(page, `later-${view.name}@acme.test`);
    expect(await claims(page, 1)).toMatchObject({ roles: ['member'] });
    await press(page, 'button', 'Call the API');
    await look(page, `demo-signed-in-${view.name}`);
    await context.close();
  });
});
