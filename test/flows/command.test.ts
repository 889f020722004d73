import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { command } from '../support/command.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { temporaryFolder } from '../support/folder.js';
import { runToEnd, type ServerProcess, startProcess } from '../support/process.js';
import { relyingParty } from '../support/relying-party.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let services: ServiceContext;
let rollcall: ReturnType<typeof command>;
let folder: string;
let server: ServerProcess | undefined;

beforeAll(async () => {
  folder = temporaryFolder();
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  rollcall = command(store);
  await makeApi(services);
});
afterAll(async () => {
  await server?.end('SIGKILL');
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a command printed as JSON. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await rollcall(...args, '--json');
  expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  return JSON.parse(stdout);
}

/** The error that a command printed as JSON, with its exit code. */
async function refusal(...args: string[]): Promise<{ code: number | null; error: string; message: string }> {
  const { code, stdout, stderr } = await rollcall(...args, '--json');
  expect(stdout, args.join(' ')).toBe('');
  const { error, message } = JSON.parse(stderr);
  return { code, error, message };
}

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

describe('users', () => {
  it('are made, shown, disabled and enabled by id or address', async () => {
    const made = await json('user', 'create', 'Ada@Acme.test', '--name', ' Ada Byron ', '--verified');
    expect(made).toMatchObject({ email: 'ada@acme.test', name: 'Ada Byron', status: 'active', emailVerified: true });
    expect(await json('user', 'disable', 'ada@acme.test')).toMatchObject({ status: 'disabled' });
    expect(await json('user', 'show', made.id as string)).toMatchObject({ status: 'disabled', memberships: [] });
    expect(await json('user', 'enable', made.id as string)).toMatchObject({ status: 'active' });
    expect((await rollcall('user', 'show', 'ada@acme.test')).stdout).toMatch(/^name: +Ada Byron$/m);
    expect(await refusal('user', 'create', 'ada@acme.test', '--name', 'Ada')).toMatchObject({
      code: 1,
      error: 'email_taken',
    });
    expect(await refusal('user', 'show', 'nobody@acme.test')).toMatchObject({ code: 1, error: 'not_found' });
  });

  it('are listed a page at a time, each once', async () => {
    for (let number = 0; number < 4; number += 1) await makeUser(services);
    const seen: string[] = [];
    let after: string | null = '';
    for (let page = 0; after !== null && page < 10; page += 1) {
      const { data, nextCursor } = (await json(
        'user',
        'list',
        '--limit',
        '2',
        ...(after ? ['--after', after] : []),
      )) as unknown as { data: { id: string }[]; nextCursor: string | null };
      expect(data.length).toBeLessThanOrEqual(2);
      seen.push(...data.map((user) => user.id));
      after = nextCursor;
    }
    expect(seen).toEqual((await services.models.User.find().sort({ _id: 1 }).lean()).map((user) => user._id));
    const { stdout } = await rollcall('user', 'list', '--limit', '2');
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^ID +EMAIL +NAME +STATUS$/);
    expect(lines[0]?.indexOf('NAME')).toBe(lines[1]?.indexOf('Ada Byron'));
    expect(stdout).toMatch(/^More: --after \S{20,}$/m);
  });

  it('whose names hold control characters don’t move the terminal’s cursor', async () => {
    await makeUser(services, { email: 'escape@acme.test', name: 'A\u001b[2J\nB\u202e' });
    const { stdout } = await rollcall('user', 'show', 'escape@acme.test');
    expect(stdout).toContain('A\\u{1b}[2J\\u{a}B\\u{202e}');
    expect(stdout).not.toContain('\u001b');
  });
});

describe('organizations, members and roles', () => {
  it('are made and changed; the first member is admin (R1), and the last one stays (R2)', async () => {
    const organization = await json('organization', 'create', '--name', 'Acme');
    expect(organization).toMatchObject({ slug: 'acme', status: 'active', joinPolicy: 'invite', defaultRoles: null });
    const role = await json('role', 'create', 'billing', '--name', 'Billing', '--permission', 'invoices:read');
    expect(role).toMatchObject({ key: 'billing', permissions: ['invoices:read'], organizationId: null });
    const own = await json('role', 'create', 'auditor', '--name', 'Auditor', '--organization', 'acme');
    expect(own).toMatchObject({ organizationId: organization.id });
    const ben = await makeUser(services, { email: 'ben@acme.test', name: 'Ben Okri' });

    expect(await json('member', 'add', 'acme', 'ada@acme.test', '--role', 'billing')).toMatchObject({
      roles: ['admin', 'billing'],
      effectiveRoles: ['admin', 'billing'],
    });
    expect(await json('member', 'add', organization.id as string, ben._id)).toMatchObject({ roles: ['member'] });
    const member = ['acme', 'ben@acme.test'];
    expect(await json('member', 'set-roles', ...member, 'billing', 'auditor')).toMatchObject({
      roles: ['auditor', 'billing'],
    });
    expect(await json('member', 'remove-role', ...member, own.id as string)).toMatchObject({ roles: ['billing'] });
    expect(await json('member', 'set-roles', ...member)).toMatchObject({ roles: [], effectiveRoles: [] });
    expect(await json('member', 'add-role', ...member, 'member')).toMatchObject({ roles: ['member'] });
    expect(await json('member', 'add-role', ...member, 'member')).toMatchObject({ roles: ['member'] });

    for (const args of [
      ['member', 'remove-role', 'acme', 'ada@acme.test', 'admin'],
      ['member', 'set-roles', 'acme', 'ada@acme.test', 'member'],
      ['member', 'suspend', 'acme', 'ada@acme.test'],
      ['user', 'disable', 'ada@acme.test'],
    ])
      expect(await refusal(...args)).toMatchObject({ code: 1, error: 'last_administrator' });
    const { code, stderr } = await rollcall('member', 'suspend', 'acme', 'ada@acme.test');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'An organization needs an administrator. Make someone else one first. (last_administrator)\n',
    });
  });

  it('show what who is suspended holds, and that it counts for nothing', async () => {
    await json('member', 'add-role', 'acme', 'ben@acme.test', 'admin');
    const suspended = { status: 'suspended', roles: ['admin', 'member'], effectiveRoles: [] };
    expect(await json('member', 'suspend', 'acme', 'ben@acme.test')).toMatchObject(suspended);
    expect(await refusal('member', 'set-roles', 'acme', 'ben@acme.test', 'admin')).toMatchObject({
      error: 'not_active',
    });
    expect(await refusal('member', 'add-role', 'acme', 'ben@acme.test', 'admin')).toMatchObject({
      error: 'not_active',
    });
    const { data } = (await json('member', 'list', 'acme')) as { data?: Record<string, unknown>[] };
    expect(data?.map((one) => [one.email, one.status])).toEqual([
      ['ada@acme.test', 'active'],
      ['ben@acme.test', 'suspended'],
    ]);
    expect(await json('member', 'reactivate', 'acme', 'ben@acme.test')).toMatchObject({
      effectiveRoles: ['admin', 'member'],
    });
    const { memberships } = await json('user', 'show', 'ben@acme.test');
    expect(memberships).toMatchObject([{ organization: 'acme', roles: ['admin', 'member'] }]);
    expect(await json('member', 'remove-role', 'acme', 'ben@acme.test', 'admin')).toMatchObject({ roles: ['member'] });
  });

  it('are put into groups and out of them, with ends; roles are deleted with a replacement; members are removed', async () => {
    const effective = async (...args: string[]) => (await json('member', ...args)).effectiveRoles;
    const ben = ['acme', 'ben@acme.test'];
    await json('role', 'create', 'clerk', '--name', 'Clerk', '--organization', 'acme');
    expect(
      await json('group', 'create', 'acme', 'Finance', '--role', 'billing', '--description', 'Money'),
    ).toMatchObject({
      name: 'Finance',
      roles: ['billing'],
      description: 'Money',
    });
    expect(await effective('add-group', ...ben, 'finance', '--until', '2100-01-01')).toEqual(['billing', 'member']);
    expect(await json('group', 'change', 'acme', 'Finance', '--role', 'clerk')).toMatchObject({ roles: ['clerk'] });
    expect(await effective('show', ...ben)).toEqual(['clerk', 'member']);
    expect(await refusal('role', 'delete', 'clerk', '--organization', 'acme')).toMatchObject({
      error: 'role_in_use',
    });
    expect(
      (await rollcall('role', 'delete', 'clerk', '--organization', 'acme', '--replacement', 'billing')).stdout,
    ).toBe('Deleted the role clerk\n');
    expect(await json('group', 'show', 'acme', 'Finance')).toMatchObject({ roles: ['billing'] });
    expect(await effective('add-role', ...ben, 'billing', '--until', '2100-01-01T00:00:00Z')).toEqual([
      'billing',
      'member',
    ]);
    expect(await effective('remove-group', ...ben, 'Finance')).toEqual(['billing', 'member']);
    expect(await effective('remove-role', ...ben, 'billing')).toEqual(['member']);
    expect(await json('group', 'list', 'acme')).toMatchObject({ data: [{ name: 'Finance' }] });
    expect(await json('group', 'delete', 'acme', 'Finance')).toMatchObject({ deleted: true });
    expect((await rollcall('group', 'list', 'acme')).stdout).toBe('None\n');
    expect(await json('member', 'end-sessions', ...ben)).toMatchObject({ email: 'ben@acme.test' });
    expect((await rollcall('member', 'remove', ...ben)).stdout).toBe('Removed ben@acme.test from acme\n');
    expect(await refusal('member', 'show', ...ben)).toMatchObject({ error: 'not_found' });
    expect(await json('member', 'add', ...ben)).toMatchObject({ roles: ['member'] });
    for (const args of [
      ['member', 'add-role', ...ben, 'billing', '--until', 'tomorrow'],
      ['group', 'change', 'acme', 'Finance'],
      ['role', 'delete', 'billing', '--organization', 'acme'],
      ['role', 'delete', 'billing', '--remove', '--replacement', 'member'],
      ['organization', 'change', 'acme', '--role-mode', 'dual'],
    ])
      expect((await rollcall(...args)).code).toBe(64);
  });

  it('are one role for each where the organization says so (R4)', async () => {
    expect(await refusal('organization', 'change', 'acme', '--role-mode', 'single')).toMatchObject({
      error: 'role_mode',
    });
    await json('member', 'set-roles', 'acme', 'ada@acme.test', 'admin');
    const single = ['--role-mode', 'single', '--revoke-on-downgrade', '--default-role', 'billing'];
    expect(await json('organization', 'change', 'acme', ...single)).toMatchObject({
      roleMode: 'single',
      revokeOnDowngrade: true,
      defaultRoles: ['billing'],
    });
    expect(await json('member', 'add-role', 'acme', 'ben@acme.test', 'billing')).toMatchObject({ roles: ['billing'] });
    expect(await refusal('member', 'remove-role', 'acme', 'ben@acme.test', 'billing')).toMatchObject({
      error: 'single_role_mode',
    });
    const multiple = ['--role-mode', 'multiple', '--no-revoke-on-downgrade', '--no-default-roles'];
    expect(await json('organization', 'change', 'acme', ...multiple)).toMatchObject({
      roleMode: 'multiple',
      defaultRoles: null,
    });
    await json('member', 'set-roles', 'acme', 'ben@acme.test', 'member');
    await json('member', 'set-roles', 'acme', 'ada@acme.test', 'admin', 'member');
  });

  it('are left without an administrator by force alone (R2)', async () => {
    expect(await refusal('user', 'disable', 'ada@acme.test')).toMatchObject({ error: 'last_administrator' });
    expect(await json('user', 'disable', 'ada@acme.test', '--force')).toMatchObject({ status: 'disabled' });
    expect(await json('organization', 'show', 'acme')).toMatchObject({ administrators: [] });
    expect(await json('user', 'enable', 'ada@acme.test')).toMatchObject({ status: 'active' });
    expect(await json('organization', 'show', 'acme')).toMatchObject({ administrators: [expect.any(String)] });
  });

  it('of an organization that is suspended count for nothing until it is activated', async () => {
    expect(await json('organization', 'suspend', 'acme')).toMatchObject({ status: 'suspended' });
    expect(await json('member', 'show', 'acme', 'ada@acme.test')).toMatchObject({ effectiveRoles: [] });
    expect(await json('organization', 'activate', 'acme')).toMatchObject({ status: 'active' });
    const changed = { name: 'Acme Ltd', joinPolicy: 'open', slug: 'acme' };
    const args = ['organization', 'change', 'acme', '--name', 'Acme Ltd', '--join-policy', 'open'];
    expect(await json(...args)).toMatchObject(changed);
    expect(await json('organization', 'show', 'acme')).toMatchObject(changed);
    const { data } = (await json('organization', 'list')) as { data?: { slug: string }[] };
    expect(data?.map((one) => one.slug)).toEqual(['system', 'acme']);
    expect(await refusal('organization', 'suspend', 'system')).toMatchObject({ code: 1, error: 'built_in' });
  });

  it('two who give and take different roles of one member at once both have their way', async () => {
    const changes = [
      ['add-role', 'billing'],
      ['add-role', 'auditor'],
      ['remove-role', 'member'],
    ] as const;
    const { giveRole, takeRole } = await import('../../src/services/change-member-role.js');
    const { findRole } = await import('../../src/services/find-role.js');
    const { SYSTEM } = await import('../../src/services/context.js');
    const organization = await services.models.Organization.findOne({ slug: 'acme' }).lean();
    const ben = await services.models.User.findOne({ email: 'ben@acme.test' }).lean();
    const ids = { organizationId: organization?._id as string, userId: ben?._id as string };
    await Promise.all(
      changes.map(async ([how, key]) => {
        const { _id: roleId } = await findRole(services, ids.organizationId, key);
        await (how === 'add-role' ? giveRole : takeRole)(services, SYSTEM, { ...ids, roleId });
      }),
    );
    expect(await json('member', 'show', 'acme', ids.userId)).toMatchObject({ roles: ['auditor', 'billing'] });
  });

  it('refuse what a role can’t be (R5, R15), and who isn’t there (R13)', async () => {
    await makeApi(services, { permissions: [{ key: 'secret:all', operatorsOnly: true }] });
    const create = (key: string, ...rest: string[]) => refusal('role', 'create', key, '--name', 'X', ...rest);
    expect(await create('billing')).toMatchObject({ code: 1, error: 'role_taken' });
    expect(await create('billing', '--organization', 'acme')).toMatchObject({ error: 'role_taken' });
    expect(await create('auditor')).toMatchObject({ error: 'role_taken' });
    expect(await create('admin')).toMatchObject({ error: 'role_taken' });
    expect(await create('Not A Key')).toMatchObject({ error: 'invalid' });
    expect(await create('x', '--permission', 'no:such')).toMatchObject({ error: 'invalid' });
    expect(await create('x', '--permission', 'secret:all', '--organization', 'acme')).toMatchObject({
      error: 'invalid',
    });
    await makeOrganization(services, { name: 'Foreign', slug: 'foreign' });
    for (const args of [
      ['role', 'show', 'auditor', '--organization', 'foreign'],
      ['role', 'show', 'auditor'],
      ['member', 'show', 'foreign', 'ada@acme.test'],
      ['member', 'list', 'nowhere'],
      ['member', 'add', 'foreign', 'usr_unknown'],
    ])
      expect(await refusal(...args), args.join(' ')).toMatchObject({ code: 1, error: 'not_found' });
    const again = await refusal('member', 'add', 'acme', 'ada@acme.test');
    expect(again).toMatchObject({ code: 1, error: 'already_member' });
    const changed = ['role', 'change', 'billing', '--description', 'Sees invoices', '--no-permissions'];
    expect(await json(...changed)).toMatchObject({ description: 'Sees invoices', permissions: [], name: 'Billing' });
    const { data } = (await json('role', 'list')) as { data?: { key: string }[] };
    expect(data?.map((one) => one.key)).toEqual(['admin', 'billing', 'member']);
  });
});

describe('a file', () => {
  it('is compared without being applied: 0 when nothing would change, 1 when something would, 78 when it is refused', async () => {
    const path = await file('change.json', {
      roles: [{ key: 'billing', name: 'Bills' }],
      applications: [{ clientId: 'diffed', clientSecret: 'a-secret-of-the-diff', name: 'Diffed' }],
    });
    const dry = await rollcall('apply', path, '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout.split('\n').slice(0, 4)).toEqual([
      'Would change the role billing',
      '  name: Billing → Bills',
      'Would create the application diffed',
      '  name: Diffed',
    ]);
    expect(dry.stdout).toMatch(/^ {2}clientSecret: set$/m);
    expect(dry.stdout).not.toContain('a-secret-of-the-diff');
    const different = await rollcall('diff', path, '--json');
    expect(different.code).toBe(1);
    const { changes } = JSON.parse(different.stdout);
    expect(changes[0]).toEqual({
      line: 'Changed the role billing',
      path: 'roles[0]',
      verb: 'change',
      object: 'the role billing',
      properties: [{ property: 'name', before: 'Billing', after: 'Bills', secret: false }],
    });
    expect(await json('role', 'show', 'billing')).toMatchObject({ name: 'Billing' });
    const { applied } = await json('apply', path);
    expect(applied).toEqual(changes.map((change: { line: string }) => change.line));
    expect(await rollcall('diff', path)).toMatchObject({ code: 0, stdout: 'Nothing to change\n' });
    const refused = await file('refused.json', { roles: [{ key: 'x', nmae: 'X' }] });
    for (const args of [
      ['diff', refused],
      ['apply', refused, '--dry-run'],
    ])
      expect(await refusal(...args)).toMatchObject({ code: 78, error: 'refused_file' });
    expect(await refusal('diff', join(folder, 'missing.yaml'))).toMatchObject({ code: 66, error: 'unreadable_file' });
  });
});

describe('a preview of tokens', () => {
  it('shows each claim with where it comes from, and is refused as the protocol would', async () => {
    const application = await makeApplication(services, {});
    const args = ['token', 'preview', '--application', application._id, '--user', 'ben@acme.test'];
    const { idToken, organization } = await json(...args);
    expect(organization).toMatchObject({ slug: 'acme' });
    expect(idToken).toContainEqual({ name: 'email', value: 'ben@acme.test', from: 'the user, by the scope email' });
    const { stdout } = await rollcall(...args, '--organization', 'acme', '--scope', 'openid nonsense');
    expect(stdout).toMatch(
      /^ {2}roles +auditor, billing +auditor: direct, the organization’s own role; billing: direct$/m,
    );
    expect(stdout).toMatch(/^ {2}nonsense +it is no scope/m);
    expect(await refusal(...args, '--organization', 'foreign')).toMatchObject({ code: 1, error: 'access_denied' });
    expect(await refusal('token', 'preview', '--application', 'no', '--user', 'x')).toMatchObject({
      error: 'not_found',
    });
  });
});

describe('a process of its own', () => {
  const run = (args: string[], env = {}, input = '') => runToEnd('dist/cli.js', args, store.config, env, input);

  it('works beside a running server, and takes a password from its input alone', async () => {
    server = await startProcess(store.config);
    const application = await makeApplication(services);
    const created = await run(
      ['user', 'create', 'cleo@acme.test', '--name', 'Cleo', '--password'],
      {},
      `${PASSWORD}\nmore`,
    );
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).not.toContain(PASSWORD);
    expect(created.stdout).not.toContain('\u001b');
    const [added, weak, none, wrong, help] = await Promise.all([
      run(['member', 'add', 'acme', 'cleo@acme.test', '--role', 'billing', '--json']),
      run(['user', 'create', 'weak@acme.test', '--name', 'W', '--password'], {}, 'password\n'),
      run(['user', 'create', 'none@acme.test', '--name', 'N', '--password']),
      run(['user', 'frobnicate', '--json']),
      run(['--help'], { MONGODB_URI: 'nonsense' }),
    ]);
    expect(JSON.parse(added.stdout)).toMatchObject({ roles: ['billing'] });
    expect(weak).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('15 characters') });
    expect(none).toMatchObject({ code: 64, stdout: '' });
    expect(wrong).toMatchObject({ code: 64, stdout: '' });
    expect(JSON.parse(wrong.stderr)).toMatchObject({ error: 'usage' });
    expect(help).toMatchObject({ code: 0, stderr: '' });
    const rp = await relyingParty(server, application._id);
    const flow = await rp.begin(new BrowserClient(server.issuer));
    await flow.browser.submit('Sign in', { email: 'cleo@acme.test', password: PASSWORD });
    expect((await flow.tokens()).claims()).toMatchObject({ roles: ['billing'] });
  });

  it('says which variable is wrong, and exits 78', async () => {
    const { code, stderr } = await run(['user', 'list', '--json'], { MONGODB_URI: 'nonsense' });
    expect(code).toBe(78);
    expect(JSON.parse(stderr)).toMatchObject({
      error: 'configuration',
      details: [{ variable: 'MONGODB_URI', message: expect.any(String) }],
    });
  });
});
