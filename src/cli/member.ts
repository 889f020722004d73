import { type Command, Option } from 'commander';
import type { Membership, Organization, User } from '../models/index.js';
import type { Assignment, MembershipStatus } from '../models/membership.js';
import type { ServiceContext } from '../services/context.js';
import { collect, type JsonOption, moment, type PageOptions, paged, printPage } from './options.js';
import { find } from './organization.js';
import { presentMember } from './presented.js';
import { print, printJson, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';
import { properties } from './table.js';

const MEMBER = 'a membership’s id, a user’s id or an e-mail address';

export function memberCommands(program: Command): void {
  const member = noun(program, 'member', 'people in an organization, and their roles', 'member list acme');
  const one = (verb: string, description: string, example: string) =>
    subcommand(member, verb, description, example)
      .argument('<organization>', 'an id or slug')
      .argument('<member>', MEMBER);
  paged(
    subcommand(member, 'list', 'list the members with their roles', 'member list acme --role billing --sort joined')
      .argument('<organization>', 'an id or slug')
      .option('--search <text>', 'whose name or e-mail address has words that begin so')
      .option('--role <role>', 'who holds a role, directly or by a group; by key or id')
      .option('--group <group>', 'who is in a group; by name or id')
      .addOption(new Option('--status <status>', 'by their status here').choices(['active', 'suspended']))
      .addOption(new Option('--sort <order>', 'by name, or by when they joined').choices(['name', 'joined']))
      .option('--descending', 'the other way round')
      .option('--count', 'say how many there are in all, up to 1,000'),
  ).action(list);
  one('show', 'show a member', 'member show acme ada@acme.test').action(show);
  subcommand(
    member,
    'add',
    'add a user; the first of an organization becomes admin, others get its default roles or those given',
    'member add acme ben@acme.test --role billing',
  )
    .argument('<organization>', 'an id or slug')
    .argument('<user>', 'an id or e-mail address')
    .option('--role <role>', 'a role, by key or id; may be repeated', collect)
    .action(add);
  one(
    'set-roles',
    'make a member’s roles just these; none: no role',
    'member set-roles acme ben@acme.test member billing',
  )
    .argument('[roles...]', 'roles, by key or id')
    .action(setRoles);
  one('add-role', 'give a member a role', 'member add-role acme ben@acme.test billing')
    .argument('<role>', 'a role, by key or id')
    .option('--until <moment>', 'when it ends', moment)
    .action((organization, reference, role, options) => changeRole('giveRole', organization, reference, role, options));
  one('remove-role', 'take a role from a member', 'member remove-role acme ben@acme.test billing')
    .argument('<role>', 'a role, by key or id')
    .action((organization, reference, role, options) => changeRole('takeRole', organization, reference, role, options));
  one('add-group', 'put a member into a group', 'member add-group acme ben@acme.test Finance')
    .argument('<group>', 'a group, by name or id')
    .option('--until <moment>', 'when that ends', moment)
    .action((organization, reference, group, options) =>
      changeGroup('addToGroup', organization, reference, group, options),
    );
  one('remove-group', 'take a member out of a group', 'member remove-group acme ben@acme.test Finance')
    .argument('<group>', 'a group, by name or id')
    .action((organization, reference, group, options) =>
      changeGroup('removeFromGroup', organization, reference, group, options),
    );
  one(
    'end-sessions',
    'end a member’s sessions in the organization: they sign in again before the next token there',
    'member end-sessions acme ben@acme.test',
  ).action(endSessions);
  one('remove', 'take a member out of the organization', 'member remove acme ben@acme.test').action(remove);
  one('suspend', 'suspend a member: no more tokens here', 'member suspend acme ben@acme.test').action(
    (organization, reference, options) => setStatus(organization, reference, 'suspended', options),
  );
  one('reactivate', 'let a suspended member in again', 'member reactivate acme ben@acme.test').action(
    (organization, reference, options) => setStatus(organization, reference, 'active', options),
  );
}

interface ListOptions extends PageOptions {
  search?: string;
  role?: string;
  group?: string;
  status?: MembershipStatus;
  sort?: 'name' | 'joined';
  descending?: boolean;
  count?: boolean;
}

const list = (reference: string, { descending, limit, after, json, ...query }: ListOptions) =>
  withServices(async (services) => {
    const [{ listMembers }, { SYSTEM }] = await Promise.all([
      import('../services/list-members.js'),
      import('../services/context.js'),
    ]);
    const asked = { ...query, order: descending ? ('descending' as const) : undefined };
    const page = await listMembers(services, SYSTEM, await find(services, reference), asked, { limit, after });
    printPage(
      page,
      { ...(json ? { json } : {}) },
      {
        headings: ['id', 'email', 'name', 'status', 'roles', 'groups', 'effective roles'],
        row: (overview) => {
          const { id, email, name, status, userStatus, roles, groups, effectiveRoles } = presentMember(overview);
          return [id, email, name, userStatus === 'active' ? status : userStatus, roles, groups, effectiveRoles];
        },
        object: presentMember,
      },
    );
  });

const show = (organization: string, reference: string, options: JsonOption) =>
  withServices(async (services) => {
    const found = await findMemberOf(services, organization, reference);
    await printMember(services, found.organization, found.membership.userId, options);
  });

const add = (reference: string, userReference: string, options: JsonOption & { role?: string[] }) =>
  withServices(async (services) => {
    const [{ addMember }, { findUser }, { SYSTEM }] = await Promise.all([
      import('../services/add-member.js'),
      import('../services/find-user.js'),
      import('../services/context.js'),
    ]);
    const organization = await find(services, reference);
    const user = await findUser(services, userReference);
    const roles = options.role && (await assignmentsOf(services, organization, options.role));
    await addMember(services, SYSTEM, { organization, userId: user._id, roles });
    await printMember(services, organization, user._id, options);
  });

const setRoles = (organization: string, reference: string, roles: string[], options: JsonOption) =>
  changing(organization, reference, options, async (services, found) => {
    const [{ setMemberRoles }, { SYSTEM }] = await Promise.all([
      import('../services/set-member-roles.js'),
      import('../services/context.js'),
    ]);
    const assignments = await assignmentsOf(services, found.organization, roles);
    await setMemberRoles(services, SYSTEM, { ...found.ids, roles: assignments });
  });

const changeRole = (
  how: 'giveRole' | 'takeRole',
  organization: string,
  reference: string,
  role: string,
  { until, ...options }: JsonOption & { until?: Date },
) =>
  changing(organization, reference, options, async (services, found) => {
    const [change, { SYSTEM }] = await Promise.all([
      import('../services/change-member-role.js'),
      import('../services/context.js'),
    ]);
    const [assignment] = (await assignmentsOf(services, found.organization, [role])) as [Assignment];
    await change[how](services, SYSTEM, { ...found.ids, ...assignment, ...(until ? { until } : {}) });
  });

const changeGroup = (
  how: 'addToGroup' | 'removeFromGroup',
  organization: string,
  reference: string,
  group: string,
  { until, ...options }: JsonOption & { until?: Date },
) =>
  changing(organization, reference, options, async (services, found) => {
    const [change, { findGroup }, { SYSTEM }] = await Promise.all([
      import('../services/change-member-group.js'),
      import('../services/find-group.js'),
      import('../services/context.js'),
    ]);
    const { _id: groupId } = await findGroup(services, found.ids.organizationId, group);
    await change[how](services, SYSTEM, { ...found.ids, groupId, ...(until ? { until } : {}) });
  });

const endSessions = (organization: string, reference: string, options: JsonOption) =>
  changing(organization, reference, options, async (services, found) => {
    const [{ endMemberSessions }, { SYSTEM }] = await Promise.all([
      import('../services/end-member-sessions.js'),
      import('../services/context.js'),
    ]);
    await endMemberSessions(services, SYSTEM, found.ids);
  });

const remove = (organization: string, reference: string, { json }: JsonOption) =>
  withServices(async (services) => {
    const [{ removeMember }, { SYSTEM }] = await Promise.all([
      import('../services/remove-member.js'),
      import('../services/context.js'),
    ]);
    const found = await findMemberOf(services, organization, reference);
    await removeMember(services, SYSTEM, found.ids);
    const { _id: id, userId } = found.membership;
    if (json) printJson({ id, userId, removed: true });
    else print(`Removed ${reference} from ${found.organization.slug}`);
  });

const setStatus = (organization: string, reference: string, status: MembershipStatus, options: JsonOption) =>
  changing(organization, reference, options, async (services, found) => {
    const [{ setMemberStatus }, { SYSTEM }] = await Promise.all([
      import('../services/change-member-status.js'),
      import('../services/context.js'),
    ]);
    await setMemberStatus(services, SYSTEM, { ...found.ids, status });
  });

interface Found {
  organization: Organization;
  membership: Membership;
  ids: { organizationId: string; userId: string };
}

/** Finds the member, does something, and shows what came of it. */
const changing = (
  organization: string,
  reference: string,
  options: JsonOption,
  work: (services: ServiceContext, found: Found) => Promise<void>,
) =>
  withServices(async (services) => {
    const found = await findMemberOf(services, organization, reference);
    await work(services, found);
    await printMember(services, found.organization, found.membership.userId, options);
  });

async function findMemberOf(services: ServiceContext, slug: string, reference: string): Promise<Found> {
  const { findMember } = await import('../services/find-member.js');
  const organization = await find(services, slug);
  const membership = await findMember(services, organization, reference);
  return { organization, membership, ids: { organizationId: organization._id, userId: membership.userId } };
}

async function assignmentsOf(
  services: ServiceContext,
  { _id }: Organization,
  references: string[],
): Promise<Assignment[]> {
  const { findRole } = await import('../services/find-role.js');
  return Promise.all(references.map(async (one) => ({ roleId: (await findRole(services, _id, one))._id })));
}

async function printMember(
  services: ServiceContext,
  { _id: organizationId }: Organization,
  userId: string,
  { json }: JsonOption,
): Promise<void> {
  const { overviewOf } = await import('../services/list-members.js');
  const { models } = services;
  const [organization, membership, user] = await Promise.all([
    models.Organization.findById(organizationId).lean(),
    models.Membership.findOne({ organizationId, userId }).lean(),
    models.User.findById(userId).lean(),
  ]);
  const presented = presentMember(
    await overviewOf(services, organization as Organization, membership as Membership, user as User),
  );
  if (json) printJson(presented);
  else print(properties(presented));
}
