import type { Context } from 'koa';
import { notFound, RollcallError } from '../../../lib/errors.js';
import { field } from '../../../middleware/form-body.js';
import { changeGroup } from '../../../services/change-group.js';
import { giveRole } from '../../../services/change-member-role.js';
import { heldBy } from '../../../services/change-membership.js';
import { findGroup } from '../../../services/find-group.js';
import { groupsCarrying } from '../../../services/lists/member-filter.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { type Message, message } from '../../../texts/message.js';
import { untilIn } from '../../dates.js';
import type { PageDeps } from '../../deps.js';
import { whenGiven } from '../../effect.js';
import { memberNamed, personField } from '../../person-field.js';
import { textOf } from '../../query.js';
import { carryOut } from '../../submit.js';
import type { Faults } from '../../view/framed.js';
import { carriedRoles } from '../groups/group.js';
import { pageOfRole, type RoleVisit, roleVisit } from './visit.js';
import { faultsOf } from './words.js';

interface Typed {
  person?: string;
  until?: string;
  group?: string;
  errors?: Faults<'person' | 'until' | 'group'>;
  refused?: Message | string;
}

export async function showGive(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await roleVisit(deps, ctx, 'roles:read');
  if (!visit) return;
  if (!visit.may.giveToPeople && !visit.may.giveToGroups) throw notFound();
  await givePage(deps, ctx, visit, { person: textOf(ctx, 'person').slice(0, 200) });
}

/** To a member, by name or address. */
export async function submitPerson(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await roleVisit(deps, ctx, 'members:write');
  if (!visit) return;
  const { actor, role } = visit;
  const typed = { person: field(ctx, 'person').trim(), until: field(ctx, 'until').trim() };
  const named = await memberNamed(deps, visit, typed.person);
  const { until, fault } = untilIn(deps, ctx, visit.user);
  const errors = faultsOf({ person: 'fault' in named ? named.fault : undefined, until: fault });
  const again = (more: Typed) => givePage(deps, ctx, visit, { ...typed, ...more });
  if ('fault' in named || Object.keys(errors).length) {
    ctx.status = 422;
    return again({ errors });
  }
  await carryOut(deps, ctx, {
    act: async () => {
      const { name } = named;
      const { userId, organizationId } = named.membership;
      const wanted = { userId, organizationId, roleId: role._id, ...(until ? { until } : {}) };
      // Another end is given on the member's page, where the present one is seen.
      const changed = await giveRole(deps.services, actor, wanted, {
        onlyIf: async (state) => !heldBy(deps.services, state).some((one) => one.direct && one.role._id === role._id),
      });
      return {
        text: changed
          ? message('role-given', { name, role: role.name })
          : message('role-had', { name, role: role.name }),
      };
    },
    next: visit.path,
    again: (refused) => again({ refused }),
  });
}

/** To everyone in a group: it is added to what the group carries. */
export async function submitGroup(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await roleVisit(deps, ctx, 'groups:write');
  if (!visit) return;
  const { organization, actor, role } = visit;
  const id = field(ctx, 'group');
  const group = id ? await unlessUnknown(findGroup(deps.services, organization._id, id)) : undefined;
  if (!group) {
    ctx.status = 422;
    return givePage(deps, ctx, visit, { errors: { group: message('fault-group-missing') } });
  }
  await carryOut(deps, ctx, {
    act: async () => {
      await changeGroup(deps.services, actor, group, { roles: [...group.roles, role._id] });
      return { text: message('role-given-to-group', { group: group.name, role: role.name }) };
    },
    next: visit.path,
    again: (refused) => givePage(deps, ctx, visit, { group: group._id, refused }),
  });
}

async function givePage(deps: PageDeps, ctx: Context, visit: RoleVisit, typed: Typed): Promise<void> {
  const { role, vocabulary, organization, path, may } = visit;
  const { person = '', until = '', group = '', errors = {} } = typed;
  const carrying = new Set(groupsCarrying(vocabulary, role));
  ctx.body = deps.render('organizations/role-give', {
    ...pageOfRole(deps, ctx, visit),
    csrf: deps.csrf.token(ctx),
    action: `${path}/give`,
    refused: typed.refused ?? null,
    person: may.giveToPeople
      ? {
          field: await personField(deps, visit, { value: person, error: errors.person, from: `${path}/give` }),
          until,
          errors,
        }
      : null,
    group: may.giveToGroups
      ? {
          groups: [...vocabulary.groups.values()]
            .filter((one) => !carrying.has(one))
            .sort((a, b) => a.name.localeCompare(b.name))
            .map((one) => ({
              id: one._id,
              name: one.name,
              roles: carriedRoles(one, vocabulary).map((carried) => carried.name),
            })),
          chosen: group,
          errors,
        }
      : null,
    single: isSingle(organization),
    when: await whenGiven(deps),
  });
}

const unlessUnknown = <T>(finding: Promise<T>): Promise<T | undefined> =>
  finding.catch((error: unknown) => {
    if (error instanceof RollcallError && error.status === 404) return undefined;
    throw error;
  });
