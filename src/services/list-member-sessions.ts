import type { Actor } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { digest } from '../lib/ids.js';
import type { MemberKey } from './administrators.js';
import { memberState } from './change-membership.js';
import { event, type ServiceContext } from './context.js';
import { endGrants } from './end-grants.js';
import { requirePermission } from './require.js';
import { signInEnded, signInOf } from './sign-ins.js';

/** What an organization sees of a member's sessions: those with a grant there, and what was given in them there (R13). */
export interface MemberSession {
  /** Opens nothing. A device that was allowed has one of its own. */
  id: string;
  kind: 'browser' | 'device' | 'offline';
  /** When the person signed in; null where that session has ended and what was given for offline use goes on. */
  signedInAt: Date | null;
  expiresAt: Date | null;
  applications: { clientId: string; name: string | null }[];
}

interface GrantPayload {
  clientId: string;
  organizationId?: string | null;
  sessionUid?: string;
}

const sessionId = (grantId: string, sessionUid: string | undefined) => digest('member session', sessionUid ?? grantId);

/** @throws RollcallError `not_found`, `forbidden` */
export async function listMemberSessions(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
): Promise<MemberSession[]> {
  requirePermission(actor, 'sessions:end', key.organizationId);
  const { membership } = await memberState(context, key);
  const { models, catalog } = context;
  const [grants, { applications }] = await Promise.all([grantsOf(context, key), catalog.current()]);
  const uids = grants.flatMap(({ payload }) => (payload as unknown as GrantPayload).sessionUid ?? []);
  const sessions = uids.length ? await models.oidc.Session.find({ uid: { $in: uids } }).lean() : [];
  const byUid = new Map(sessions.map((session) => [session.uid, session]));
  const rows = new Map<string, MemberSession>();
  for (const { _id, payload, expiresAt } of grants) {
    const { clientId, sessionUid } = payload as unknown as GrantPayload;
    const session = sessionUid ? byUid.get(sessionUid) : undefined;
    if (session && signInEnded(membership, session.payload)) continue;
    const id = sessionId(_id, sessionUid);
    const row: MemberSession = rows.get(id) ?? {
      id,
      kind: sessionUid ? (session ? 'browser' : 'offline') : 'device',
      signedInAt: session ? new Date(Number(session.payload.loginTs ?? 0) * 1000) : null,
      expiresAt: session?.expiresAt ?? expiresAt ?? null,
      applications: [],
    };
    row.applications.push({ clientId, name: applications.get(clientId)?.name ?? null });
    rows.set(id, row);
  }
  return [...rows.values()];
}

/**
 * Ends one of them in this organization: what was given there, and its sign-in counts for nothing there any more.
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function endMemberSession(
  context: ServiceContext,
  actor: Actor,
  { sessionId: id, ...key }: MemberKey & { sessionId: string },
): Promise<void> {
  requirePermission(actor, 'sessions:end', key.organizationId);
  const { membership } = await memberState(context, key);
  const { models, clock } = context;
  const grants = (await grantsOf(context, key)).filter(
    ({ _id, payload }) => sessionId(_id, (payload as unknown as GrantPayload).sessionUid) === id,
  );
  const [first] = grants;
  if (!first) throw notFound('There is no such session.');
  const { sessionUid } = first.payload as unknown as GrantPayload;
  const session = sessionUid ? await models.oidc.Session.findOne({ uid: sessionUid }).lean() : null;
  const ended = event(context, actor, 'member.session_ended', key.userId, { organizationId: key.organizationId });
  await models.Membership.updateOne(
    { _id: membership._id },
    {
      ...(session ? { $addToSet: { endedSignIns: signInOf(session.payload) } } : {}),
      $set: { updatedAt: clock.now() },
      $push: { pendingEvents: ended },
    },
  );
  await endGrants(context, { _id: { $in: grants.map((grant) => grant._id) } });
}

/** Those that live, in this organization. */
const grantsOf = ({ models, clock }: ServiceContext, { organizationId, userId }: MemberKey) =>
  models.oidc.Grant.find({
    accountId: userId,
    'payload.organizationId': organizationId,
    expiresAt: { $gt: clock.now() },
  }).lean();
