/**
 * Who may become a member by themselves (R10), and who may ask to. To everybody else an organization is unknown (R13): whoever asks these
 * answers a no as an unknown slug.
 */
import { SYSTEM_ORGANIZATION } from '../access/can.js';
import { domainOfAddress } from '../lib/domain-name.js';
import type { Organization, User } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { ownerOfDomain } from './domains/find-domain.js';

type Policy = Pick<Organization, '_id' | 'joinPolicy' | 'joinRequests' | 'status' | 'slug'>;

/** Never an operator (R14), and nobody where nobody may act (R8). */
const takesAnyone = ({ status, slug }: Policy): boolean => status === 'active' && slug !== SYSTEM_ORGANIZATION;

/** Whether there is anybody who may join by themselves. */
export const isJoinable = (organization: Policy): boolean =>
  takesAnyone(organization) && organization.joinPolicy !== 'invite';

/** Whether a person who isn't a member may become one by themselves. */
export async function mayJoin(context: ServiceContext, organization: Policy, userId: string): Promise<boolean> {
  if (!isJoinable(organization)) return false;
  if (organization.joinPolicy === 'open') return true;
  const name = await provedDomain(context, userId);
  return name !== undefined && (await ownerOfDomain(context, name)) === organization._id;
}

/**
 * Whether a person who may not join by themselves may ask to: they have shown who they are by their address, and aren't a member in any
 * state.
 */
export async function mayAskToJoin(context: ServiceContext, organization: Policy, userId: string): Promise<boolean> {
  if (!organization.joinRequests || !takesAnyone(organization)) return false;
  if ((await provedDomain(context, userId)) === undefined) return false;
  return (await context.reads.membership(organization._id, userId)) === undefined;
}

/** The organization that a person may join by their address alone, where it says so and they aren't in it: a domain is one's. */
export async function offeredOrganization(
  context: ServiceContext,
  user: Pick<User, '_id' | 'email' | 'emailVerified' | 'status'>,
): Promise<Organization | undefined> {
  if (!isProved(user)) return undefined;
  const id = await ownerOfDomain(context, domainOfAddress(user.email));
  const organization = id ? await context.reads.organization(id) : undefined;
  if (organization?.joinPolicy !== 'domain' || !takesAnyone(organization)) return undefined;
  return (await context.reads.membership(organization._id, user._id)) ? undefined : organization;
}

/** The domain of a person's address, where that is proved to be theirs. */
async function provedDomain({ reads }: ServiceContext, userId: string): Promise<string | undefined> {
  const user = await reads.user(userId);
  return user && isProved(user) ? domainOfAddress(user.email) : undefined;
}

const isProved = ({ emailVerified, status }: Pick<User, 'emailVerified' | 'status'>) =>
  emailVerified && status === 'active';
