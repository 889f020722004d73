/** What an invitation gives, as a form asks for it: roles, groups, a message, an end, where it leads. */
import type { Context } from 'koa';
import { managementOf, mayGive } from '../../../access/can.js';
import { field, fieldValues } from '../../../middleware/form-body.js';
import type { Application, KnownGroup, Role } from '../../../models/index.js';
import type { CatalogSnapshot } from '../../../services/catalog.js';
import { MESSAGE_MAX, type NewInvitation } from '../../../services/invitations/invite.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { rolesHere, vocabularyOf } from '../../../services/vocabulary.js';
import { type Message, message } from '../../../texts/message.js';
import { untilIn } from '../../dates.js';
import type { PageDeps } from '../../deps.js';
import type { Visitor } from '../../frame.js';
import type { GiftFields } from '../../view/invitations-views.js';

/** As typed, with what it comes to. */
export interface TypedGift {
  /** Keys, and ids. */
  roles: readonly string[];
  groups: readonly string[];
  message: string;
  until: string;
  /** The id of the one that is gone to afterwards; none: the account. */
  application: string;
  errors: { message?: Message; until?: Message; application?: Message };
  given: Pick<NewInvitation, 'message' | 'expiresAt' | 'applicationId'>;
}

export const NO_GIFT: TypedGift = {
  roles: [],
  groups: [],
  message: '',
  until: '',
  application: '',
  errors: {},
  given: {},
};

export async function typedGift(deps: PageDeps, ctx: Context, { user }: Pick<Visitor, 'user'>): Promise<TypedGift> {
  const text = field(ctx, 'message').replaceAll('\r\n', '\n').trim();
  const { until, fault } = untilIn(deps, ctx, user);
  const application = field(ctx, 'application');
  const leads = applicationsToLeadTo(await deps.services.catalog.current()).some(({ _id }) => _id === application);
  return {
    roles: fieldValues(ctx, 'roles').filter(Boolean),
    groups: fieldValues(ctx, 'groups'),
    message: text,
    until: field(ctx, 'until'),
    application,
    errors: {
      ...([...text].length > MESSAGE_MAX ? { message: message('fault-too-long', { most: MESSAGE_MAX }) } : {}),
      ...(fault ? { until: fault } : {}),
      ...(application && !leads ? { application: message('fault-application-gone') } : {}),
    },
    given: {
      message: text,
      ...(until ? { expiresAt: until } : {}),
      ...(leads ? { applicationId: application } : {}),
    },
  };
}

/** Those that begin a sign-in by themselves when somebody is sent to them, by name. One that manages its own registration isn’t offered. */
const applicationsToLeadTo = ({ applications }: Pick<CatalogSnapshot, 'applications'>): Application[] =>
  [...applications.values()]
    .filter(({ initiateLoginUri, registration }) => initiateLoginUri && !registration?.tokenHash)
    .sort((a, b) => a.name.localeCompare(b.name));

/** The roles and groups that the visitor may give here (R15), by name; `admin` last. */
export async function givableHere({ services }: PageDeps, { actor, organization }: Visitor) {
  const catalog = await services.catalog.current();
  const vocabulary = await vocabularyOf(services, organization, catalog);
  const target = { organizationId: organization._id };
  const may = (role: Role | undefined) => !role || mayGive(actor, managementOf(role), target);
  const last = ({ _id }: Role) => Number(_id === vocabulary.adminRoleId);
  const roles = rolesHere(catalog, vocabulary)
    .filter(may)
    .sort((a, b) => last(a) - last(b));
  const groups = [...vocabulary.groups.values()]
    .filter((group) => group.roles.every((id) => may(vocabulary.role(id))))
    .sort((a, b) => a.name.localeCompare(b.name));
  return { roles, groups, vocabulary, catalog };
}

export function giftFields(
  { organization }: Visitor,
  { roles, groups, vocabulary, catalog }: Awaited<ReturnType<typeof givableHere>>,
  typed: TypedGift,
): GiftFields {
  return {
    roles: roles.map(({ key, name, description = '' }) => ({
      key,
      name,
      description,
      chosen: typed.roles.includes(key),
    })),
    groups: groups.map((group: KnownGroup) => ({
      key: group._id,
      name: group.name,
      description: group.roles.flatMap((id) => vocabulary.role(id)?.name ?? []).join(', '),
      chosen: typed.groups.includes(group._id),
    })),
    single: isSingle(organization),
    message: typed.message,
    messageMost: MESSAGE_MAX,
    until: typed.until,
    applications: applicationsToLeadTo(catalog).map(({ _id: id, name }) => ({
      id,
      name,
      chosen: id === typed.application,
    })),
  };
}

/** Ids for the service, which refuses those that aren't there any more. */
export const idsOf = (roles: readonly Role[], keys: readonly string[]): string[] =>
  keys.map((key) => roles.find((role) => role.key === key)?._id ?? key);
