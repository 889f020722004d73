/** Naming one member in a form: by id or e-mail address, or by name where the visitor may see who there is. */
import { can } from '../access/can.js';
import { RollcallError } from '../lib/errors.js';
import { fold } from '../lib/words.js';
import type { Membership } from '../models/index.js';
import { findMember } from '../services/find-member.js';
import { findUser } from '../services/find-user.js';
import { listMembers, type MemberOverview } from '../services/list-members.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import type { Visitor } from './frame.js';
import type { PersonField } from './view/framed.js';

/** Suggestions, and of those whom a name could mean, how many are looked at. */
const FEW = 8;
/** Characters of what was typed that are searched for. */
const MOST = 200;

type Asking = Pick<Visitor, 'actor' | 'organization'>;

const maySee = ({ actor, organization }: Asking) => can(actor, 'members:read', { organizationId: organization._id });

interface Typed {
  value: string;
  error?: Message | undefined;
  /** Where suggestions come from: a page with this field that takes what was typed as `person`. */
  from: string;
}

/** The field as a page shows it, with the members whose names or addresses begin as what was typed. */
export async function personField(
  deps: PageDeps,
  visitor: Asking,
  { value, error, from }: Typed,
): Promise<PersonField> {
  const byName = maySee(visitor);
  return {
    value,
    error: error ?? null,
    byName,
    from: byName ? from : null,
    suggested: byName && value.length > 1 ? await suggestionsFor(deps, visitor, value) : [],
  };
}

async function suggestionsFor(deps: PageDeps, visitor: Asking, begun: string): Promise<PersonField['suggested']> {
  try {
    const { data } = await named(deps, visitor, begun);
    return data.map(({ user: { name, email } }) => ({ name, email }));
  } catch (error) {
    // Nothing can be searched yet, but an address can be typed all the same.
    if (error instanceof RollcallError && error.code === 'upgrading') return [];
    throw error;
  }
}

const named = ({ services }: PageDeps, { actor, organization }: Asking, text: string) =>
  listMembers(services, actor, organization, { search: text.slice(0, MOST) }, { limit: FEW });

export type Named = { membership: Membership; name: string } | { fault: Message };

/** Who is meant. Who is no member is as unknown as who has no account (R13). @throws RollcallError `upgrading` */
export async function memberNamed(deps: PageDeps, visitor: Asking, text: string): Promise<Named> {
  if (!text) return { fault: message('fault-person-missing') };
  const found = await findMember(deps.services, visitor.organization, text).catch(unlessUnknown);
  if (found) return { membership: found, name: found.name ?? (await findUser(deps.services, found.userId)).name };
  // What an address merely begins with may be somebody else's.
  if (text.includes('@') || !maySee(visitor)) return { fault: message('fault-person-unknown') };
  const { data, nextCursor } = await named(deps, visitor, text);
  if (data.length === 0) return { fault: message('fault-person-unknown') };
  const one = onlyOne(data, text, nextCursor !== null);
  if (!one) return { fault: message('fault-person-several') };
  return { membership: one.membership, name: one.user.name };
}

/** The one who is called exactly so, or else the one who was found. @param more whether there are more than these */
function onlyOne(found: readonly MemberOverview[], text: string, more: boolean): MemberOverview | undefined {
  const [exact, another] = found.filter(({ user }) => fold(user.name) === fold(text));
  if (!exact) return found.length === 1 && !more ? found[0] : undefined;
  // Namesakes stand beside each other, so the next one may be on the next page.
  return another || (more && exact === found.at(-1)) ? undefined : exact;
}

function unlessUnknown(error: unknown): undefined {
  if (error instanceof RollcallError && error.code === 'not_found') return undefined;
  throw error;
}
