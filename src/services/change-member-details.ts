import type { Actor } from '../access/can.js';
import type { Membership } from '../models/index.js';
import type { MemberKey } from './administrators.js';
import { type ChangeOptions, changeMembership } from './change-membership.js';
import type { ServiceContext } from './context.js';
import { canonical } from './provisioning/differences.js';
import { requirePermission } from './require.js';
import { rolesBehind } from './rules-of-roles.js';

export interface MemberDetails {
  /** The id of the role that is active where none is asked for, if it is held (R9); null: none. */
  defaultRole?: string | null | undefined;
  metadata?: Record<string, string> | undefined;
}

/**
 * Changes what isn't a right of a member's.
 * @throws RollcallError `invalid`, `stale`, `not_found`, `forbidden`
 */
export async function changeMemberDetails(
  context: ServiceContext,
  actor: Actor,
  { defaultRole, metadata, ...key }: MemberKey & MemberDetails,
  options: ChangeOptions = {},
): Promise<Membership> {
  requirePermission(actor, 'members:write', key.organizationId);
  const { membership } = await changeMembership(
    context,
    actor,
    key,
    ({ membership: present, vocabulary }) => {
      const role = defaultRole ? rolesBehind(vocabulary, [defaultRole])[0] : undefined;
      const changesRole = defaultRole !== undefined && (present.defaultRole ?? null) !== defaultRole;
      const changesMetadata = metadata !== undefined && canonical(present.metadata ?? {}) !== canonical(metadata);
      if (!changesRole && !changesMetadata) return undefined;
      const keyOf = (id: string | undefined) => (id ? (vocabulary.role(id)?.key ?? id) : null);
      return {
        action: 'member.changed',
        set: {
          ...(changesRole && role ? { defaultRole: role._id } : {}),
          ...(changesMetadata ? { metadata } : {}),
        },
        unset: changesRole && defaultRole === null ? ['defaultRole'] : [],
        touched: [],
        before: {
          ...(changesRole ? { defaultRole: keyOf(present.defaultRole) } : {}),
          ...(changesMetadata ? { metadata: present.metadata ?? {} } : {}),
        },
        after: { ...(changesRole ? { defaultRole: role?.key ?? null } : {}), ...(changesMetadata ? { metadata } : {}) },
      };
    },
    options,
  );
  return membership;
}
