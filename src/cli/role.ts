import type { Command } from 'commander';
import type { Role } from '../models/index.js';
import type { ServiceContext } from '../services/context.js';
import { collect, type JsonOption, type PageOptions, paged, printPage } from './options.js';
import { find } from './organization.js';
import { presentRole } from './presented.js';
import { print, printJson, UsageError, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';
import { properties } from './table.js';

interface Owner extends JsonOption {
  organization?: string;
}
interface Values extends Owner {
  name?: string;
  description?: string;
  /** False: `--no-permissions`. */
  permissions?: boolean;
  permission?: string[];
}

export function roleCommands(program: Command): void {
  const role = noun(program, 'role', 'what members hold: instance-wide roles and organizations’ own ones', 'role list');
  const owned = (command: Command) =>
    command.option('--organization <organization>', 'one of its own roles; by id or slug');
  paged(owned(subcommand(role, 'list', 'list the instance-wide roles, or an organization’s own', 'role list'))).action(
    list,
  );
  owned(subcommand(role, 'show', 'show a role', 'role show billing'))
    .argument('<role>', 'a key or id')
    .action(show);
  owned(subcommand(role, 'create', 'make a role', 'role create billing --name Billing --permission invoices:read'))
    .argument('<key>', 'the key, which never changes')
    .requiredOption('--name <name>', 'its name')
    .option('--description <text>', 'what it is for')
    .option('--permission <permission>', 'a permission of an API or a management permission; may be repeated', collect)
    .action(create);
  owned(subcommand(role, 'change', 'change a role', 'role change billing --permission invoices:read'))
    .argument('<role>', 'a key or id')
    .option('--name <name>', 'its name')
    .option('--description <text>', 'what it is for')
    .option('--permission <permission>', 'the permissions that it has from now on; may be repeated', collect)
    .option('--no-permissions', 'take all permissions from it')
    .action(change);
  owned(subcommand(role, 'delete', 'delete a role', 'role delete clerk --organization acme --replacement member'))
    .argument('<role>', 'a key or id')
    .option('--replacement <role>', 'what who has it holds instead; a key or id')
    .option('--remove', 'take it from everyone who has it')
    .action(remove);
}

const list = (options: PageOptions & Owner) =>
  withServices(async (services) => {
    const { listRoles } = await import('../services/list-pages.js');
    const owner = await ownerOf(services, options);
    printPage(await listRoles(services, owner, options), options, {
      headings: ['id', 'key', 'name', 'permissions'],
      row: ({ _id, key, name, permissions }) => [_id, key, name, permissions],
      object: presentRole,
    });
  });

const show = (reference: string, options: Owner) =>
  withServices(async (services) => {
    const { findRole } = await import('../services/find-role.js');
    printRole(await findRole(services, await ownerOf(services, options), reference), options);
  });

const create = (key: string, { name, description, permission, ...options }: Values) =>
  withServices(async (services) => {
    const [{ createRole }, { SYSTEM }] = await Promise.all([
      import('../services/create-role.js'),
      import('../services/context.js'),
    ]);
    const organizationId = await ownerOf(services, options);
    const input = { key, name: name as string, description, permissions: permission, organizationId };
    printRole(await createRole(services, SYSTEM, input), options);
  });

async function change(reference: string, { name, description, permission, permissions, ...options }: Values) {
  if (permission && permissions === false) throw new UsageError('Expected --permission or --no-permissions, not both.');
  const keys = permissions === false ? [] : permission;
  const values = {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(description === undefined ? {} : { description }),
    ...(keys ? { permissions: keys } : {}),
  };
  if (Object.keys(values).length === 0) throw new UsageError('Expected something to change.');
  await withServices(async (services) => {
    const [{ changeRole }, { findRole }, { SYSTEM }] = await Promise.all([
      import('../services/create-role.js'),
      import('../services/find-role.js'),
      import('../services/context.js'),
    ]);
    const role = await findRole(services, await ownerOf(services, options), reference);
    printRole(await changeRole(services, SYSTEM, role, values), options);
  });
}

interface Deletion extends Owner {
  replacement?: string;
  remove?: boolean;
}

async function remove(reference: string, { replacement, remove: fromEveryone, ...options }: Deletion): Promise<void> {
  if (replacement !== undefined && fromEveryone) throw new UsageError('Expected --replacement or --remove, not both.');
  await withServices(async (services) => {
    const [{ deleteRole }, { findRole }, { SYSTEM }] = await Promise.all([
      import('../services/delete-role.js'),
      import('../services/find-role.js'),
      import('../services/context.js'),
    ]);
    const owner = await ownerOf(services, options);
    const role = await findRole(services, owner, reference);
    // Asked for within the organization, an instance-wide role is found too, and isn't the organization's to delete.
    if (role.organizationId !== owner)
      throw new UsageError(`${role.key} is an instance-wide role: leave out --organization.`);
    const instead = replacement === undefined ? undefined : await findRole(services, owner, replacement);
    await deleteRole(services, SYSTEM, { role, replacement: fromEveryone ? null : instead });
    if (options.json) printJson({ id: role._id, key: role.key, deleted: true });
    else print(`Deleted the role ${role.key}`);
  });
}

const ownerOf = async (services: ServiceContext, { organization }: Owner): Promise<string | null> =>
  organization === undefined ? null : (await find(services, organization))._id;

function printRole(role: Role, { json }: JsonOption): void {
  if (json) printJson(presentRole(role));
  else print(properties(presentRole(role)));
}
