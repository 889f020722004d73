/** Each form of the settings: what it holds as it was typed, and the change that it asks for. */
import type { Context } from 'koa';
import { RollcallError } from '../../../lib/errors.js';
import { field, fieldValues } from '../../../middleware/form-body.js';
import type { Organization } from '../../../models/index.js';
import type { OrganizationChange } from '../../../services/change-organization.js';
import type { ServiceContext } from '../../../services/context.js';
import { defaultRolesOf } from '../../../services/default-roles.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { rolesHere, vocabularyOf } from '../../../services/vocabulary.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { organizationName } from '../../organization-name.js';
import type { SettingsPart, SettingsViews } from '../../view/settings-views.js';
import { presentColor, readColor } from './color.js';

type Values = SettingsViews['organizations/settings']['values'];

export interface ReadPart {
  part: SettingsPart;
  values: Partial<Values>;
  /** Keys of the roles that were ticked. */
  chosen?: readonly string[];
  change: OrganizationChange;
  fault?: Message;
}

/** @throws RollcallError `invalid` for what no form of ours sends */
export async function readPart(services: ServiceContext, ctx: Context, organization: Organization): Promise<ReadPart> {
  const part = field(ctx, 'part');
  if (part === 'name') {
    const { name, fault } = organizationName(field(ctx, 'name'));
    return { part, values: { name }, change: { name }, ...(fault ? { fault } : {}) };
  }
  if (part === 'joining') {
    const joinPolicy = (['open', 'domain', 'invite'] as const).find((one) => one === field(ctx, 'joinPolicy'));
    const joinRequests = field(ctx, 'joinRequests') === 'yes';
    if (!joinPolicy) return { part, values: { joinRequests }, change: {}, fault: message('settings-choose') };
    const asks = joinRequests === (organization.joinRequests ?? false) ? {} : { joinRequests };
    return { part, values: { joinPolicy, joinRequests }, change: { joinPolicy, ...asks } };
  }
  if (part === 'mode') {
    const roleMode = (['single', 'multiple'] as const).find((one) => one === field(ctx, 'roleMode'));
    if (!roleMode) return { part, values: {}, change: {}, fault: message('settings-choose') };
    return { part, values: { roleMode }, change: { roleMode } };
  }
  if (part === 'downgrade') {
    const revokeOnDowngrade = field(ctx, 'revoke') === 'yes';
    return { part, values: { revokeOnDowngrade }, change: { revokeOnDowngrade } };
  }
  if (part === 'look') return readColor(ctx);
  if (part === 'defaults') return readDefaults(services, ctx, organization);
  throw new RollcallError('bad_request', 400, 'This form could not be read.');
}

async function readDefaults(services: ServiceContext, ctx: Context, organization: Organization): Promise<ReadPart> {
  const chosen = fieldValues(ctx, 'roles');
  const inherits = field(ctx, 'defaults') !== 'own';
  const read = { part: 'defaults' as const, values: { inherits }, chosen };
  if (inherits) return { ...read, change: { defaultRoles: null } };
  const live = rolesHere(await services.catalog.current(), await vocabularyOf(services, organization));
  // A key that is no role's any more is refused by the service.
  const defaultRoles = chosen.map((key) => live.find((role) => role.key === key)?._id ?? key);
  const fault = chosen.length === 0 ? message('settings-defaults-none') : undefined;
  return { ...read, change: { defaultRoles }, ...(fault ? { fault } : {}) };
}

/** What a form's values are by now, in words. */
export async function presentOf(
  { services, textsOf }: PageDeps,
  ctx: Context,
  part: SettingsPart,
  organization: Organization,
): Promise<Message> {
  if (part === 'name') return message('settings-present-name', { name: organization.name });
  if (part === 'joining')
    return {
      open: message('settings-present-open'),
      domain: message('settings-present-domain'),
      invite: message('settings-present-invite'),
    }[organization.joinPolicy];
  if (part === 'mode')
    return isSingle(organization) ? message('settings-present-single') : message('settings-present-multiple');
  if (part === 'downgrade')
    return organization.revokeOnDowngrade ? message('settings-present-revokes') : message('settings-present-keeps');
  if (part === 'look') return presentColor(organization);
  const names = (await defaultRolesOf(services, [organization]))(organization).map((role) => role.name);
  const roles = textsOf(ctx).list(names);
  return organization.defaultRoles
    ? message('settings-present-own', { roles })
    : message('settings-present-inherited', { roles });
}
