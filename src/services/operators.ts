/** Who runs the instance (R14), as far as their account is concerned. */
import { type Actor, can, managementOfAll, operatorPermissions } from '../access/can.js';
import { forbidden } from '../lib/errors.js';
import { heldBy } from './change-membership.js';
import type { ServiceContext } from './context.js';
import { vocabularyOf } from './vocabulary.js';

/**
 * Whoever changes how somebody signs in, or whether, can act as them or be rid of them: an operator's account is changed so only by who
 * makes operators (R15).
 * @throws RollcallError `forbidden`
 */
export async function requireMayReach(context: ServiceContext, actor: Actor, userId: string): Promise<void> {
  if (can(actor, 'administrators:write', { organizationId: context.systemOrganizationId })) return;
  if (await isOperator(context, userId))
    throw forbidden('Only who may make operators changes an operator’s address, password or status.');
}

/** Also one who is suspended or disabled, and would be an operator again once they aren't. */
async function isOperator(context: ServiceContext, userId: string): Promise<boolean> {
  const [organization, membership] = await context.reads.toChange(context.systemOrganizationId, userId);
  if (!organization) return false;
  if (organization.administrators.includes(userId) || membership?.wasAdministrator) return true;
  if (!membership) return false;
  const vocabulary = await vocabularyOf(context, organization);
  const roles = heldBy(context, { organization, membership, vocabulary }).map(({ role }) => role);
  return operatorPermissions(managementOfAll(roles)) !== undefined;
}
