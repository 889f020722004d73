import type { Command } from 'commander';
import type { User } from '../models/index.js';
import type { ServiceContext } from '../services/context.js';
import { type JsonOption, type PageOptions, paged, printPage } from './options.js';
import { presentMember, presentUser } from './presented.js';
import { print, printJson, UsageError, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';
import { properties, table } from './table.js';

export function userCommands(program: Command): void {
  const user = noun(program, 'user', 'people with an account', 'user show ada@acme.test');
  paged(
    subcommand(user, 'list', 'list the users, the oldest first', 'user list --search ada --limit 20').option(
      '--search <text>',
      'whose name or e-mail address has words that begin so',
    ),
  ).action(list);
  subcommand(user, 'show', 'show a user with the organizations they are in', 'user show ada@acme.test')
    .argument('<user>', 'an id or e-mail address')
    .action(show);
  subcommand(user, 'create', 'make an account', 'user create ada@acme.test --name "Ada Byron" --password < file')
    .argument('<email>', 'the e-mail address')
    .requiredOption('--name <name>', 'the person’s name')
    .option('--verified', 'the address is known to be theirs')
    .option('--password', 'with a password: asked for, or the first line of the input')
    .action(create);
  for (const [verb, status, description] of [
    ['disable', 'disabled', 'disable a user: no more tokens, anywhere'],
    ['enable', 'active', 'enable a user again'],
  ] as const) {
    const command = subcommand(user, verb, description, `user ${verb} ada@acme.test`).argument(
      '<user>',
      'an id or e-mail address',
    );
    if (verb === 'disable')
      command.option('--force', 'also where an organization is left without an administrator by it');
    command.action((reference: string, options: JsonOption & { force?: boolean }) =>
      setStatus(reference, status, options),
    );
  }
}

const list = (options: PageOptions & { search?: string }) =>
  withServices(async (services) => {
    const { listUsers } = await import('../services/list-pages.js');
    printPage(await listUsers(services, options), options, {
      headings: ['id', 'email', 'name', 'status'],
      row: ({ _id, email, name, status }) => [_id, email, name, status],
      object: presentUser,
    });
  });

const show = (reference: string, options: JsonOption) =>
  withServices(async (services) => {
    const { findUser } = await import('../services/find-user.js');
    await printUser(services, await findUser(services, reference), options);
  });

async function create(
  email: string,
  options: JsonOption & { name: string; verified?: boolean; password?: boolean },
): Promise<void> {
  const [{ signUpFaults }, { readSecret }] = await Promise.all([
    import('../services/sign-up.js'),
    import('./read-secret.js'),
  ]);
  const password = options.password ? await readSecret('Password: ') : undefined;
  const { password: passwordFault, ...others } = signUpFaults({
    name: options.name,
    email,
    password: password ?? '',
  });
  const faults = { ...others, ...(password === undefined ? {} : { password: passwordFault }) };
  const said = Object.values(faults)
    .flatMap((one) => one?.message ?? [])
    .join(' ');
  if (said) throw new UsageError(said);
  const [{ createUser }, { hashPassword }, { SYSTEM }] = await Promise.all([
    import('../services/create-user.js'),
    import('../lib/password.js'),
    import('../services/context.js'),
  ]);
  await withServices(async (services) => {
    const user = await createUser(services, SYSTEM, {
      email,
      name: options.name.trim(),
      emailVerified: options.verified ?? false,
      ...(password === undefined ? {} : { passwordHash: await hashPassword(password) }),
    });
    await printUser(services, user, options);
  });
}

const setStatus = (
  reference: string,
  status: 'active' | 'disabled',
  { force = false, ...options }: JsonOption & { force?: boolean },
) =>
  withServices(async (services) => {
    const [{ findUser }, { setUserStatus }, { SYSTEM }] = await Promise.all([
      import('../services/find-user.js'),
      import('../services/change-user-status.js'),
      import('../services/context.js'),
    ]);
    const user = await findUser(services, reference);
    await setUserStatus(services, SYSTEM, { userId: user._id, status, force });
    await printUser(services, { ...user, status }, options);
  });

/** The user, and a line for each organization. */
async function printUser(services: ServiceContext, user: User, { json }: JsonOption): Promise<void> {
  const { membershipsOf } = await import('../services/list-members.js');
  const { data: rows } = await membershipsOf(services, user);
  const memberships = rows.map(({ organization, ...member }) => {
    const { id, status, roles, effectiveRoles } = presentMember(member);
    return { id, organizationId: organization._id, organization: organization.slug, status, roles, effectiveRoles };
  });
  const presented = presentUser(user);
  if (json) return printJson({ ...presented, memberships });
  print(properties(presented));
  if (memberships.length === 0) return;
  const row = (one: (typeof memberships)[number]) => [one.organization, one.status, one.roles, one.effectiveRoles];
  print(`\n${table(['organization', 'status', 'roles', 'effective roles'], memberships.map(row))}`);
}
