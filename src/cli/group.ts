import type { Command } from 'commander';
import type { Group, Organization } from '../models/index.js';
import type { ServiceContext } from '../services/context.js';
import { collect, type JsonOption } from './options.js';
import { find } from './organization.js';
import { print, printJson, UsageError, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';
import { properties, table } from './table.js';

interface Values extends JsonOption {
  name?: string;
  description?: string;
  role?: string[];
  /** False: `--no-roles`. */
  roles?: boolean;
}

export function groupCommands(program: Command): void {
  const group = noun(program, 'group', 'named sets of members that carry roles', 'group list acme');
  const within = (verb: string, description: string, example: string) =>
    subcommand(group, verb, description, example).argument('<organization>', 'an id or slug');
  const one = (verb: string, description: string, example: string) =>
    within(verb, description, example).argument('<group>', 'a name or id');
  within('list', 'list the groups with their roles', 'group list acme').action(list);
  one('show', 'show a group', 'group show acme Finance').action(show);
  one('create', 'make a group', 'group create acme Finance --role billing')
    .option('--description <text>', 'what it is for')
    .option('--role <role>', 'a role that it carries, by key or id; may be repeated', collect)
    .action(create);
  one('change', 'change a group', 'group change acme Finance --role billing --role member')
    .option('--name <name>', 'its name')
    .option('--description <text>', 'what it is for')
    .option('--role <role>', 'the roles that it carries from now on; may be repeated', collect)
    .option('--no-roles', 'take all roles from it')
    .action(change);
  one('delete', 'delete a group: who is in it loses what it carries', 'group delete acme Finance').action(remove);
}

const list = (reference: string, { json }: JsonOption) =>
  withServices(async (services) => {
    const organization = await find(services, reference);
    const { keyOf } = await vocabulary(services, organization);
    const data = (await allGroups(services, organization)).map((group) => present(group, keyOf));
    if (json) printJson({ data, nextCursor: null });
    else
      print(
        data.length
          ? table(
              ['id', 'name', 'roles'],
              data.map((one) => [one.id, one.name, one.roles]),
            )
          : 'None',
      );
  });

const show = (organization: string, reference: string, options: JsonOption) =>
  withServices(async (services) => {
    const found = await groupOf(services, organization, reference);
    await printGroup(services, found.organization, found.group, options);
  });

const create = (reference: string, name: string, { description, role, ...options }: Values) =>
  withServices(async (services) => {
    const [{ createGroup }, { SYSTEM }] = await Promise.all([
      import('../services/change-group.js'),
      import('../services/context.js'),
    ]);
    const organization = await find(services, reference);
    const roles = await roleIds(services, organization, role);
    const made = await createGroup(services, SYSTEM, organization._id, { name, description, roles });
    await printGroup(services, organization, made, options);
  });

async function change(organization: string, reference: string, { name, description, role, roles, ...options }: Values) {
  if (role && roles === false) throw new UsageError('Expected --role or --no-roles, not both.');
  const references = roles === false ? [] : role;
  if (name === undefined && description === undefined && !references)
    throw new UsageError('Expected something to change.');
  await withServices(async (services) => {
    const [{ changeGroup }, { SYSTEM }] = await Promise.all([
      import('../services/change-group.js'),
      import('../services/context.js'),
    ]);
    const found = await groupOf(services, organization, reference);
    const ids = await roleIds(services, found.organization, references);
    const changed = await changeGroup(services, SYSTEM, found.group, { name, description, roles: ids } as object);
    await printGroup(services, found.organization, changed, options);
  });
}

const remove = (organization: string, reference: string, { json }: JsonOption) =>
  withServices(async (services) => {
    const [{ deleteGroup }, { SYSTEM }] = await Promise.all([
      import('../services/change-group.js'),
      import('../services/context.js'),
    ]);
    const { group } = await groupOf(services, organization, reference);
    await deleteGroup(services, SYSTEM, group);
    if (json) printJson({ id: group._id, deleted: true });
    else print(`Deleted the group ${group.name}`);
  });

async function groupOf(services: ServiceContext, slug: string, reference: string) {
  const { findGroup } = await import('../services/find-group.js');
  const organization = await find(services, slug);
  return { organization, group: await findGroup(services, organization._id, reference) };
}

async function roleIds(
  services: ServiceContext,
  { _id }: Organization,
  references: string[] | undefined,
): Promise<string[] | undefined> {
  if (!references) return undefined;
  const { findRole } = await import('../services/find-role.js');
  return Promise.all(references.map(async (one) => (await findRole(services, _id, one))._id));
}

async function allGroups(services: ServiceContext, { _id }: Organization): Promise<Group[]> {
  const [{ listGroups }, { SYSTEM }] = await Promise.all([
    import('../services/list-groups.js'),
    import('../services/context.js'),
  ]);
  const groups: Group[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page = await listGroups(services, SYSTEM, _id, { limit: 100, after });
    groups.push(...page.data);
    after = page.nextCursor;
  }
  return groups;
}

async function vocabulary(services: ServiceContext, organization: Organization) {
  const [{ vocabularyOf }, { liveRole }] = await Promise.all([
    import('../services/vocabulary.js'),
    import('../access/effective-roles.js'),
  ]);
  const { role } = await vocabularyOf(services, organization);
  return { keyOf: (id: string) => liveRole(id, role)?.key ?? id };
}

const present = ({ _id, name, description, roles, metadata }: Group, keyOf: (id: string) => string) => ({
  id: _id,
  name,
  description: description ?? null,
  roles: roles.map(keyOf).sort(),
  ...(metadata ? { metadata } : {}),
});

async function printGroup(
  services: ServiceContext,
  organization: Organization,
  group: Group,
  { json }: JsonOption,
): Promise<void> {
  const shown = present(group, (await vocabulary(services, organization)).keyOf);
  if (json) printJson(shown);
  else print(properties(shown));
}
