/**
 * R6 and R8 as a table: each kind of change, made by this process and by another one, against each way to see it. Whoever looks is
 * answered by a server that has its own caches, and has just answered otherwise.
 */
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Api, Application, Group, Role } from '../../src/models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../src/models/role.js';
import { changeGroup, deleteGroup } from '../../src/services/change-group.js';
import { addToGroup, removeFromGroup } from '../../src/services/change-member-group.js';
import { giveRole, takeRole } from '../../src/services/change-member-role.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { changeRole } from '../../src/services/create-role.js';
import { deleteRole } from '../../src/services/delete-role.js';
import { endMemberSessions } from '../../src/services/end-member-sessions.js';
import { endMemberSession, listMemberSessions } from '../../src/services/list-member-sessions.js';
import { removeMember } from '../../src/services/remove-member.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import {
  makeApi,
  makeApplication,
  makeGroup,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
} from '../support/factories.js';
import { newBrowser, type RelyingParty, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';
import { ON_MONGODB } from '../support/store.js';

let server: TestServer;
let otherStore: Store;
let other: ServiceContext;
/** By the format of their tokens. */
let apps: Record<
  'jwt' | 'opaque',
  { api: Api; application: Application; rp: RelyingParty; asApi: client.Configuration }
>;

beforeAll(async () => {
  server = await startServer();
  otherStore = await connectStore(server.store.config);
  other = await startServices(otherStore.connection, createLogger('silent'));
  const made = async (tokenFormat: 'jwt' | 'opaque') => {
    const api = await makeApi(server.services, { tokenFormat });
    const application = await makeApplication(server.services, {
      defaultApi: api._id,
      permissions: [
        { api: api._id, permissions: ['*'] },
        { api: 'management', permissions: ['*'] },
      ],
    });
    const rp = await relyingParty(server, application._id);
    const { config: asApi } = await relyingParty(server, api.introspection?.clientId as string);
    return { api, application, rp, asApi };
  };
  apps = { jwt: await made('jwt'), opaque: await made('opaque') };
});
afterAll(async () => {
  await otherStore?.close();
  await server?.close();
});

/** A member with a role of their own and one by a group, signed in to both applications; somebody else is administrator. */
async function world() {
  const { services } = server;
  const [admin, user] = [await makeUser(services), await makeUser(services)];
  const organization = await makeOrganization(services, { founder: admin._id });
  const own = (key: string) =>
    makeRole(services, {
      key,
      organizationId: organization._id,
      permissions: ['invoices:read'],
      management: ['roles:write'],
    });
  const [billing, clerk] = [await own('billing'), await own('clerk')];
  const group = await makeGroup(services, organization._id, 'Clerks', [clerk._id]);
  const key = { organizationId: organization._id, userId: user._id };
  await makeMember(services, organization._id, user._id, [MEMBER_ROLE_ID, billing._id]);
  await addToGroup(services, SYSTEM, { ...key, groupId: group._id });
  const browser = newBrowser(server);
  const scope = { scope: 'openid profile email invoices:read', organization: organization._id };
  const flow = await apps.jwt.rp.begin(browser, scope);
  await browser.submit('Sign in', { email: user.email, password: PASSWORD });
  const tokens = {
    jwt: await flow.tokens(),
    opaque: await (await apps.opaque.rp.begin(browser, scope)).tokens(),
    management: await (await apps.jwt.rp.begin(browser, { ...scope, resource: `${server.issuer}/api` })).tokens(),
  };
  return { organization, user, key, billing, clerk, group, browser, scope, tokens };
}
type World = Awaited<ReturnType<typeof world>>;

/** What has ended, in the words of whoever asks. */
const ENDED = 'ended';
const failure = (error: unknown): string => {
  const { error: code, status } = error as { error?: string; status?: number };
  return code ?? (status ? String(status) : String(error));
};
const rolesIn = (claims: unknown) => (claims as { roles?: string[] } | undefined)?.roles;

const WAYS = {
  'introspection of a JWT': async ({ tokens }: World) => {
    const seen = await client.tokenIntrospection(apps.jwt.asApi, tokens.jwt.access_token);
    if (!seen.active) return ENDED;
    const before = decodeJwt(tokens.jwt.access_token).roles;
    // It says so where the token itself says otherwise.
    expect(seen.stale ?? false).toBe(JSON.stringify(before) !== JSON.stringify(seen.roles));
    if (seen.stale) expect(seen.roles_in_token).toEqual(before);
    return seen.roles;
  },
  'introspection of an opaque token': async ({ tokens }: World) => {
    const seen = await client.tokenIntrospection(apps.opaque.asApi, tokens.opaque.access_token);
    return seen.active ? seen.roles : ENDED;
  },
  userinfo: async ({ tokens, user }: World) => {
    const seen = client.fetchUserInfo(apps.jwt.rp.config, tokens.jwt.access_token, user._id);
    return seen.then(rolesIn, () => ENDED);
  },
  'the management API': async ({ tokens, organization }: World) => {
    const response = await fetch(`${server.issuer}/api/v1/organizations/${organization._id}/roles`, {
      headers: { authorization: `Bearer ${tokens.management.access_token}` },
    });
    return response.status === 401 ? ENDED : response.status;
  },
  'silent authorization': async ({ browser, scope }: World) => {
    const flow = await apps.jwt.rp.begin(browser, { ...scope, prompt: 'none' });
    return flow.tokens().then((tokens) => rolesIn(tokens.claims()), failure);
  },
  'refresh of a JWT': async ({ tokens }: World) =>
    client.refreshTokenGrant(apps.jwt.rp.config, tokens.jwt.refresh_token as string).then((refreshed) => {
      expect(decodeJwt(refreshed.access_token).roles).toEqual(rolesIn(refreshed.claims()));
      return rolesIn(refreshed.claims());
    }, failure),
  'refresh of an opaque token': async ({ tokens }: World) =>
    client
      .refreshTokenGrant(apps.opaque.rp.config, tokens.opaque.refresh_token as string)
      .then((refreshed) => rolesIn(refreshed.claims()), failure),
  login: async ({ user, scope }: World) => {
    const flow = await apps.opaque.rp.begin(newBrowser(server), scope);
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    if (!flow.browser.location) return flow.browser.status;
    return flow.tokens().then((tokens) => rolesIn(tokens.claims()), failure);
  },
  'the account page': async ({ browser, organization }: World) => {
    await browser.open('/account/organizations');
    const page = browser.html.slice(browser.html.indexOf('<main'));
    if (!page.includes(organization.slug)) return browser.has('Password') ? 'sign in' : 'not there';
    return ['admin', 'billing', 'clerk', 'member'].filter((key) =>
      new RegExp(`\\b${key}\\b`, 'i').test(rowOf(page, organization.slug)),
    );
  },
};
type Way = keyof typeof WAYS;

/** The part of a page that is about an organization. */
function rowOf(html: string, slug: string): string {
  const row = html.split(/<(?:li|tr|article|section)\b/).find((part) => part.includes(slug)) ?? '';
  return row.replace(/<[^>]*>/g, ' ');
}

type Outcome = { [W in Way]: unknown };
/** Everywhere these roles; a stale JWT isn't stopped by local verification, but by everything here. */
const holding = (roles: string[], api = 200): Outcome => ({
  'introspection of a JWT': roles,
  'introspection of an opaque token': roles,
  userinfo: roles,
  'the management API': api,
  'silent authorization': roles,
  'refresh of a JWT': roles,
  'refresh of an opaque token': roles,
  login: roles,
  'the account page': roles,
});
/** What was given has ended; what is begun anew has these roles. */
const ended = (roles: string[], silent: unknown): Outcome => ({
  ...holding(roles),
  'introspection of a JWT': ENDED,
  'introspection of an opaque token': ENDED,
  userinfo: ENDED,
  'the management API': ENDED,
  'silent authorization': silent,
  'refresh of a JWT': 'invalid_grant',
  'refresh of an opaque token': 'invalid_grant',
});
const gone = (silent: string, login: unknown, page: unknown): Outcome => ({
  ...ended([], silent),
  login,
  'the account page': page,
});

interface Change {
  make(services: ServiceContext, world: World): Promise<unknown>;
  seen: Outcome;
}
const all = ['billing', 'clerk', 'member'];
const groupNow = async (services: ServiceContext, { group }: World) =>
  (await services.models.Group.findById(group._id).lean()) as Group;
const past = (services: ServiceContext, { key }: World, field: 'roles' | 'groups', index: number) =>
  services.models.Membership.updateOne(key, { $set: { [`${field}.${index}.until`]: new Date(Date.now() - 1000) } });

const CHANGES: Record<string, Change> = {
  'a role is given': {
    make: (services, { key }) => giveRole(services, SYSTEM, { ...key, roleId: ADMIN_ROLE_ID }),
    seen: holding(['admin', ...all]),
  },
  'a role is taken': {
    make: (services, { key, billing }) => takeRole(services, SYSTEM, { ...key, roleId: billing._id }),
    seen: holding(['clerk', 'member']),
  },
  'all direct roles are taken': {
    make: (services, { key }) => setMemberRoles(services, SYSTEM, { ...key, roles: [] }),
    seen: holding(['clerk'], 404),
  },
  'a role’s end passes': {
    make: (services, made) => past(services, made, 'roles', 1),
    seen: holding(['clerk', 'member']),
  },
  'the end of a membership in a group passes': {
    make: (services, made) => past(services, made, 'groups', 0),
    seen: holding(['billing', 'member']),
  },
  'they leave a group': {
    make: (services, { key, group }) => removeFromGroup(services, SYSTEM, { ...key, groupId: group._id }),
    seen: holding(['billing', 'member']),
  },
  'a group carries another role': {
    make: async (services, made) =>
      changeGroup(services, SYSTEM, await groupNow(services, made), { roles: [ADMIN_ROLE_ID] }),
    seen: holding(['admin', 'billing', 'member']),
  },
  'a group is deleted': {
    make: async (services, made) => deleteGroup(services, SYSTEM, await groupNow(services, made)),
    seen: holding(['billing', 'member']),
  },
  'a role is replaced': {
    make: (services, { billing, clerk }) => deleteRole(services, SYSTEM, { role: billing, replacement: clerk }),
    seen: holding(['clerk', 'member']),
  },
  'a role is removed from everyone, groups too': {
    make: (services, { clerk }) => deleteRole(services, SYSTEM, { role: clerk, replacement: null }),
    seen: holding(['billing', 'member']),
  },
  'the organization goes over to one role for each': {
    async make(services, made) {
      await setMemberRoles(services, SYSTEM, { ...made.key, roles: [{ roleId: made.billing._id }] });
      await changeGroup(services, SYSTEM, await groupNow(services, made), { roles: [] });
      await changeOrganization(services, SYSTEM, made.organization, { roleMode: 'single' });
      await giveRole(services, SYSTEM, { ...made.key, roleId: MEMBER_ROLE_ID });
    },
    seen: holding(['member']),
  },
  'they are suspended': {
    make: (services, { key }) => setMemberStatus(services, SYSTEM, { ...key, status: 'suspended' }),
    seen: gone('access_denied', 'access_denied', all),
  },
  'they are removed': {
    make: (services, { key }) => removeMember(services, SYSTEM, key),
    seen: gone('access_denied', 'access_denied', 'not there'),
  },
  'the organization is suspended': {
    make: (services, { organization }) => changeOrganization(services, SYSTEM, organization, { status: 'suspended' }),
    seen: gone('access_denied', 'access_denied', all),
  },
  'the user is disabled': {
    make: (services, { key }) => setUserStatus(services, SYSTEM, { userId: key.userId, status: 'disabled' }),
    seen: gone('login_required', 422, 'sign in'),
  },
  'their sessions here are ended': {
    make: (services, { key }) => endMemberSessions(services, SYSTEM, key),
    seen: ended(all, 'login_required'),
  },
  'the one session is ended': {
    async make(services, { key }) {
      const [session, ...more] = await listMemberSessions(services, SYSTEM, key);
      expect(more).toEqual([]);
      await endMemberSession(services, SYSTEM, { ...key, sessionId: session?.id as string });
      expect(await listMemberSessions(services, SYSTEM, key)).toEqual([]);
    },
    seen: ended(all, 'login_required'),
  },
  'a role is taken where a lost role revokes': {
    async make(services, { organization, key, billing }) {
      await changeOrganization(services, SYSTEM, organization, { revokeOnDowngrade: true });
      await takeRole(services, SYSTEM, { ...key, roleId: billing._id });
    },
    seen: ended(['clerk', 'member'], ['clerk', 'member']),
  },
  'a role is taken where a lost role revokes, and a group still gives it': {
    async make(services, made) {
      await changeOrganization(services, SYSTEM, made.organization, { revokeOnDowngrade: true });
      await giveRole(services, SYSTEM, { ...made.key, roleId: made.clerk._id });
      await takeRole(services, SYSTEM, { ...made.key, roleId: made.clerk._id });
      await past(services, made, 'roles', 1);
    },
    seen: holding(['clerk', 'member']),
  },
  'a group loses a role where a lost role revokes': {
    async make(services, made) {
      await changeOrganization(services, SYSTEM, made.organization, { revokeOnDowngrade: true });
      await changeGroup(services, SYSTEM, await groupNow(services, made), { roles: [] });
    },
    seen: ended(['billing', 'member'], ['billing', 'member']),
  },
};

/** What takes the token ends it for what comes after, so refreshing is looked at near the end, and signing in anew last. */
async function look(made: World): Promise<Outcome> {
  const seen: Record<string, unknown> = {};
  for (const [way, how] of Object.entries(WAYS)) seen[way] = await how(made);
  return seen as Outcome;
}

/** Of one process on the embedded store, which is what that is for, and of two on MongoDB. */
const makers: [string, () => ServiceContext][] = [
  ON_MONGODB ? ['by another process', () => other] : ['by this process', () => server.services],
];

describe.each(makers)('a change made %s', (_by, services) => {
  it.concurrent.each(Object.entries(CHANGES))('is seen at once everywhere: %s', async (_name, { make, seen }) => {
    const made = await world();
    // Everything has been read and kept by now.
    expect(await WAYS['introspection of a JWT'](made)).toEqual(all);
    expect(await WAYS['the management API'](made)).toBe(200);
    await make(services(), made);
    expect(await look(made)).toEqual(seen);
  });
});

describe('what is ended in one organization', () => {
  it('goes on in another, and begins anew after a new sign-in', async () => {
    const made = await world();
    const { services } = server;
    const elsewhere = await makeOrganization(services, { founder: made.user._id });
    const there = { ...made.scope, organization: elsewhere._id };
    const tokens = await (await apps.jwt.rp.begin(made.browser, there)).tokens();
    await endMemberSessions(other, SYSTEM, made.key);
    expect((await client.tokenIntrospection(apps.jwt.asApi, tokens.access_token)).active).toBe(true);
    expect(
      rolesIn((await client.refreshTokenGrant(apps.jwt.rp.config, tokens.refresh_token as string)).claims()),
    ).toEqual(['admin']);
    // Here the person is asked, and the same browser then goes on; what was ended stays so.
    const again = await apps.jwt.rp.begin(made.browser, made.scope);
    expect(again.browser.has('Password')).toBe(true);
    await again.browser.submit('Sign in', { email: made.user.email, password: PASSWORD });
    expect(rolesIn((await again.tokens()).claims())).toEqual(all);
    const silent = await apps.opaque.rp.begin(made.browser, { ...made.scope, prompt: 'none' });
    expect(rolesIn((await silent.tokens()).claims())).toEqual(all);
    expect((await client.tokenIntrospection(apps.jwt.asApi, made.tokens.jwt.access_token)).active).toBe(false);
  });

  it('comes to an end also while authorizations are under way, whichever is first', async () => {
    for (let round = 0; round < 5; round += 1) {
      const made = await world();
      const [, ...begun] = await Promise.allSettled([
        endMemberSessions(other, SYSTEM, made.key),
        ...Array.from({ length: 3 }, async () => {
          const browser = await apps.jwt.rp.begin(made.browser, { ...made.scope, prompt: 'none' });
          return browser.tokens();
        }),
      ]);
      for (const result of begun) {
        if (result.status === 'rejected') continue;
        expect((await client.tokenIntrospection(apps.jwt.asApi, result.value.access_token)).active).toBe(false);
        await expect(
          client.refreshTokenGrant(apps.jwt.rp.config, result.value.refresh_token as string),
        ).rejects.toMatchObject({ error: 'invalid_grant' });
      }
    }
  });
});

describe('a role’s permissions', () => {
  it('that change are in the next token, and at once in introspection', async () => {
    const made = await world();
    const introspect = async () => client.tokenIntrospection(apps.opaque.asApi, made.tokens.opaque.access_token);
    expect(await introspect()).toMatchObject({
      permissions: ['invoices:read'],
      scope: expect.stringContaining('invoices:read'),
    });
    for (const role of [made.billing, made.clerk])
      await changeRole(other, SYSTEM, (await other.models.Role.findById(role._id).lean()) as Role, { permissions: [] });
    const seen = await introspect();
    expect(seen).toMatchObject({ active: true, permissions: [] });
    expect(seen.scope).not.toContain('invoices:read');
  });
});
