/**
 * Ending what an application was given in an organization. A grant is what every token rests on (architecture 5): with it gone, refresh
 * tokens and opaque tokens count for nothing, and JWTs that name it introspect as inactive.
 */
import type { OidcRecord } from '../models/index.js';
import type { ServiceContext } from './context.js';

/** How many people's grants one query looks for. */
const BATCH = 500;

/** Ends the grants of these members in an organization, those with `offline_access` and of devices too. */
export async function endGrantsOfMembers(
  context: ServiceContext,
  organizationId: string,
  userIds: readonly string[],
): Promise<void> {
  for (let from = 0; from < userIds.length; from += BATCH)
    await endGrants(context, {
      accountId: { $in: userIds.slice(from, from + BATCH) },
      'payload.organizationId': organizationId,
    });
}

/** Ends what was given in an organization to anybody who is there. */
export async function endGrantsOfOrganization(context: ServiceContext, organizationId: string): Promise<void> {
  for (const status of ['active', 'suspended'] as const) {
    for (let after = ''; ; ) {
      const rows = await context.models.Membership.find({ organizationId, status, _id: { $gt: after } }, { userId: 1 })
        .sort({ _id: 1 })
        .limit(BATCH)
        .lean();
      const last = rows.at(-1);
      if (!last) break;
      await endGrantsOfMembers(
        context,
        organizationId,
        rows.map(({ userId }) => userId),
      );
      after = last._id;
    }
  }
}

/** Ends every grant of a user, everywhere. */
export const endGrantsOfUser = (context: ServiceContext, userId: string) => endGrants(context, { accountId: userId });

/** Applications are told before the grants go, by which a second attempt would find what is to be told (Back-Channel Logout). */
export async function endGrants(context: ServiceContext, filter: object): Promise<OidcRecord[]> {
  const { Grant } = context.models.oidc;
  const grants = await Grant.find(filter).lean();
  if (grants.length === 0) return [];
  await context.grantsEnding?.(grants);
  await Grant.deleteMany({ _id: { $in: grants.map((grant) => grant._id) } });
  return grants;
}
