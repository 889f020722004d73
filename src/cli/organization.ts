import type { Command } from 'commander';
import type { Organization } from '../models/index.js';
import type { OrganizationChange } from '../services/change-organization.js';
import type { ServiceContext } from '../services/context.js';
import { collect, type JsonOption, type PageOptions, paged, printPage } from './options.js';
import { presentOrganization } from './presented.js';
import { print, printJson, UsageError, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';
import { properties } from './table.js';

const POLICIES = ['invite', 'domain', 'open'] as const;
type Policy = (typeof POLICIES)[number];

const MODES = ['multiple', 'single'] as const;

interface Settings extends JsonOption {
  roleMode?: string;
  revokeOnDowngrade?: boolean;
  /** False: `--no-default-roles`. */
  defaultRoles?: boolean;
  defaultRole?: string[];
  name?: string;
  slug?: string;
  joinPolicy?: string;
}

export function organizationCommands(program: Command): void {
  const one = noun(program, 'organization', 'companies and teams', 'organization show acme');
  paged(
    subcommand(one, 'list', 'list the organizations, the oldest first', 'organization list --search acme').option(
      '--search <text>',
      'whose name or slug has words that begin so',
    ),
  ).action(list);
  subcommand(one, 'show', 'show an organization', 'organization show acme')
    .argument('<organization>', 'an id or slug')
    .action(show);
  subcommand(
    one,
    'create',
    'make an organization; the first to join it becomes admin',
    'organization create --name Acme',
  )
    .requiredOption('--name <name>', 'its name')
    .option('--slug <slug>', 'its slug; made of the name where none is given')
    .option('--join-policy <policy>', `who may join: ${POLICIES.join(', ')}`)
    .action(create);
  subcommand(one, 'change', 'change an organization', 'organization change acme --join-policy open')
    .argument('<organization>', 'an id or slug')
    .option('--name <name>', 'its name')
    .option('--join-policy <policy>', `who may join: ${POLICIES.join(', ')}`)
    .option('--role-mode <mode>', `how many roles each member has: ${MODES.join(' or ')}`)
    .option('--revoke-on-downgrade', 'a lost role ends the member’s tokens at once')
    .option('--no-revoke-on-downgrade', 'a lost role is seen with the next token, and at once in introspection')
    .option('--default-role <role>', 'a role that who joins gets, by key or id; may be repeated', collect)
    .option('--no-default-roles', 'who joins gets the roles that are set for all organizations')
    .action(change);
  for (const [verb, status, description] of [
    ['suspend', 'suspended', 'suspend an organization: no more tokens in it'],
    ['activate', 'active', 'activate a suspended organization'],
  ] as const) {
    subcommand(one, verb, description, `organization ${verb} acme`)
      .argument('<organization>', 'an id or slug')
      .action((reference: string, options: JsonOption) => update(reference, { status }, options));
  }
}

const list = (options: PageOptions & { search?: string }) =>
  withServices(async (services) => {
    const { listOrganizations } = await import('../services/list-pages.js');
    const page = await listOrganizations(services, options);
    const present = await presenter(services, page.data);
    printPage(page, options, {
      headings: ['id', 'slug', 'name', 'status', 'join policy'],
      row: ({ _id, slug, name, status, joinPolicy }) => [_id, slug, name, status, joinPolicy],
      object: present,
    });
  });

const show = (reference: string, options: JsonOption) =>
  withServices(async (services) => printOrganization(services, await find(services, reference), options));

async function create({ name, slug, joinPolicy, json }: Settings): Promise<void> {
  const policy = policyOf(joinPolicy);
  const [{ createOrganization, isReservedSlug }, { SYSTEM }] = await Promise.all([
    import('../services/create-organization.js'),
    import('../services/context.js'),
  ]);
  if (slug !== undefined && isReservedSlug(slug)) throw new UsageError(`The slug ${slug} is taken.`);
  await withServices(async (services) => {
    const made = await createOrganization(services, SYSTEM, {
      name: nameOf(name) as string,
      ...(slug === undefined ? {} : { slug }),
      ...(policy ? { joinPolicy: policy } : {}),
    });
    await printOrganization(services, made, { ...(json ? { json } : {}) });
  });
}

async function change(reference: string, settings: Settings): Promise<void> {
  const { name, joinPolicy, roleMode, revokeOnDowngrade, defaultRole, defaultRoles, ...options } = settings;
  if (defaultRole && defaultRoles === false)
    throw new UsageError('Expected --default-role or --no-default-roles, not both.');
  const [policy, trimmed, mode] = [policyOf(joinPolicy), nameOf(name), modeOf(roleMode)];
  const values: OrganizationChange = {
    ...(trimmed === undefined ? {} : { name: trimmed }),
    ...(policy ? { joinPolicy: policy } : {}),
    ...(mode ? { roleMode: mode } : {}),
    ...(revokeOnDowngrade === undefined ? {} : { revokeOnDowngrade }),
    ...(defaultRoles === false ? { defaultRoles: null } : {}),
  };
  if (Object.keys(values).length === 0 && !defaultRole) throw new UsageError('Expected something to change.');
  await update(reference, values, options, defaultRole);
}

const update = (reference: string, values: OrganizationChange, options: JsonOption, defaultRoles?: string[]) =>
  withServices(async (services) => {
    const [{ changeOrganization }, { findRole }, { SYSTEM }] = await Promise.all([
      import('../services/change-organization.js'),
      import('../services/find-role.js'),
      import('../services/context.js'),
    ]);
    const organization = await find(services, reference);
    const roles =
      defaultRoles && (await Promise.all(defaultRoles.map((one) => findRole(services, organization._id, one))));
    const change = { ...values, ...(roles ? { defaultRoles: roles.map((role) => role._id) } : {}) };
    await printOrganization(services, await changeOrganization(services, SYSTEM, organization, change), options);
  });

function modeOf(text: string | undefined): (typeof MODES)[number] | undefined {
  if (text === undefined || MODES.some((mode) => mode === text)) return text as (typeof MODES)[number] | undefined;
  throw new UsageError(`Expected a role mode: ${MODES.join(' or ')}.`);
}

function nameOf(name: string | undefined): string | undefined {
  if (name !== undefined && (!name.trim() || [...name].length > 200))
    throw new UsageError('A name has 1 to 200 characters.');
  return name?.trim();
}

function policyOf(text: string | undefined): Policy | undefined {
  if (text === undefined || POLICIES.includes(text as Policy)) return text as Policy | undefined;
  throw new UsageError(`Expected a join policy: ${POLICIES.join(', ')}.`);
}

/** @throws RollcallError `not_found` */
export async function find(services: ServiceContext, reference: string): Promise<Organization> {
  const [{ findOrganization }, { notFound }] = await Promise.all([
    import('../services/create-organization.js'),
    import('../lib/errors.js'),
  ]);
  const organization = await findOrganization(services, reference);
  if (!organization) throw notFound(`There is no organization ${reference}.`);
  return organization;
}

/** How organizations are shown. */
async function presenter(services: ServiceContext, organizations: Organization[]) {
  const { defaultRolesOf } = await import('../services/default-roles.js');
  const defaults = await defaultRolesOf(services, organizations);
  return (one: Organization) =>
    presentOrganization(one, one.defaultRoles ? defaults(one).map((role) => role.key) : null);
}

async function printOrganization(services: ServiceContext, one: Organization, { json }: JsonOption): Promise<void> {
  const presented = (await presenter(services, [one]))(one);
  if (json) printJson(presented);
  else print(properties(presented));
}
