import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Invitation, Organization, User } from '../../src/models/index.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { acceptInvitation, declineInvitation } from '../../src/services/invitations/answer-invitation.js';
import { resendInvitation, revokeInvitation } from '../../src/services/invitations/change-invitation.js';
import { invite } from '../../src/services/invitations/invite.js';
import { listMemberships } from '../../src/services/list-memberships.js';
import { removeMember } from '../../src/services/remove-member.js';
import { makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { inBetween } from '../support/in-between.js';
import { twoServices } from '../support/two-services.js';

let one: ServiceContext;
let two: ServiceContext;
let close: () => Promise<void>;
let roleId: string;
const issuer = 'https://id.example.test';

beforeAll(async () => {
  ({ one, two, close } = await twoServices());
  roleId = (await makeRole(one, { key: 'billing' }))._id;
  await two.catalog.changed();
});
afterAll(() => close());

/** Somebody who is invited into an organization that has an administrator. */
async function invited(): Promise<{ invitation: Invitation; organization: Organization; user: User }> {
  const founder = await makeUser(one);
  const organization = await makeOrganization(one, { founder: founder._id });
  const user = await makeUser(one);
  const where = { organization, issuer };
  const { invitation } = await invite(one, SYSTEM, where, { email: user.email, roleIds: [roleId] });
  return { invitation, organization, user };
}

const eventsOf = async (id: string, action: string) => {
  const [waiting, logged] = await Promise.all([
    one.models.Invitation.findById(id).lean(),
    one.models.AuditEvent.countDocuments({ subject: id, action }),
  ]);
  return (waiting?.pendingEvents ?? []).filter((event) => event.action === action).length + logged;
};
const rowsOf = ({ _id: userId }: User, { _id: organizationId }: Organization) =>
  one.models.Membership.find({ organizationId, userId }).lean();

describe('an invitation, through two processes', () => {
  it('accepted twenty times at once makes one member, once', async () => {
    const { invitation, organization, user } = await invited();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => acceptInvitation(n % 2 ? one : two, { invitation, userId: user._id })),
    );
    expect(answers.map(({ wasMember }) => wasMember)).toEqual(Array(20).fill(false));
    const rows = await rowsOf(user, organization);
    expect(rows).toMatchObject([{ status: 'active', settled: true, roles: [{ roleId }] }]);
    expect(rows[0]?.pendingEvents?.filter(({ action }) => action === 'member.joined')).toHaveLength(1);
    expect(await eventsOf(invitation._id, 'invitation.accepted')).toBe(1);
  });

  it('accepted by the same person wholly while a second press is under way ends both alike', async () => {
    const { invitation, organization, user } = await invited();
    const answering = { invitation, userId: user._id };
    inBetween(one.models.Invitation, 'updateOne', () => acceptInvitation(two, answering));
    expect(await acceptInvitation(one, answering)).toMatchObject({ wasMember: false });
    expect(await rowsOf(user, organization)).toHaveLength(1);
  });

  it('accepted by somebody and revoked at once has one end', async () => {
    const { invitation, organization, user } = await invited();
    const [accepted, revoked] = await Promise.allSettled([
      acceptInvitation(one, { invitation, userId: user._id }),
      revokeInvitation(two, SYSTEM, organization._id, invitation._id),
    ]);
    expect([accepted.status, revoked.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(await rowsOf(user, organization)).toHaveLength(accepted.status === 'fulfilled' ? 1 : 0);
  });

  it('accepted and declined at once has one end', async () => {
    const { invitation, organization, user } = await invited();
    const answering = { invitation, userId: user._id };
    const [accepted, declined] = await Promise.allSettled([
      acceptInvitation(one, answering),
      declineInvitation(two, answering),
    ]);
    expect([accepted.status, declined.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(await rowsOf(user, organization)).toHaveLength(accepted.status === 'fulfilled' ? 1 : 0);
  });

  it('revoked while it is being accepted makes no member', async () => {
    const { invitation, organization, user } = await invited();
    inBetween(one.models.Invitation, 'updateOne', () =>
      revokeInvitation(two, SYSTEM, organization._id, invitation._id),
    );
    await expect(acceptInvitation(one, { invitation, userId: user._id })).rejects.toMatchObject({ code: 'not_found' });
    expect(await rowsOf(user, organization)).toEqual([]);
  });

  it.each(['findOneAndUpdate', 'updateOne'] as const)(
    'is completed by doing it again where a process died before its membership had its roles (%s)',
    async (method) => {
      const { invitation, organization, user } = await invited();
      const die = { when: () => true };
      // Right before the membership is written, or settled.
      const model = method === 'updateOne' ? one.models.Invitation : one.models.Membership;
      inBetween(model, method, async () => Promise.reject(new Error('died')), {
        ...die,
        after: method === 'updateOne',
      });
      const answering = { invitation, userId: user._id };
      await expect(acceptInvitation(one, answering)).rejects.toThrow('died');
      expect(await rowsOf(user, organization)).toEqual([]);
      expect(await acceptInvitation(two, answering)).toMatchObject({ wasMember: false });
      expect(await rowsOf(user, organization)).toMatchObject([{ settled: true, roles: [{ roleId }] }]);
    },
  );

  it('lets nobody back who was removed, though a process died before it was marked as used', async () => {
    const { invitation, organization, user } = await invited();
    const answering = { invitation, userId: user._id };
    inBetween(one.models.Invitation, 'updateOne', async () => Promise.reject(new Error('died')), {
      when: (...[, update]: [unknown, { $set: object }]) => 'joinedAt' in update.$set,
    });
    await expect(acceptInvitation(one, answering)).rejects.toThrow('died');
    await removeMember(two, SYSTEM, { organizationId: organization._id, userId: user._id });
    await expect(acceptInvitation(two, answering)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('gives its roles also where the next sign-in completes what a process began', async () => {
    const { invitation, organization, user } = await invited();
    let writes = 0;
    const second = () => {
      writes += 1;
      return writes === 2;
    };
    inBetween(one.models.Membership, 'findOneAndUpdate', async () => Promise.reject(new Error('died')), {
      when: second,
    });
    await expect(acceptInvitation(one, { invitation, userId: user._id })).rejects.toThrow('died');
    expect(await rowsOf(user, organization)).toMatchObject([{ settled: false, roles: [] }]);
    const [row] = await listMemberships(two, user._id);
    expect(row?.roles.map(({ key }) => key)).toEqual(['billing']);
  });

  it('of one address is one, however many invite it at once', async () => {
    const organization = await makeOrganization(one);
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        invite(n % 2 ? one : two, SYSTEM, { organization, issuer }, { email: 'Same@Invited.test' }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'already_invited' });
    expect(await one.models.Invitation.countDocuments({ organizationId: organization._id })).toBe(1);
  });

  it('that has expired makes room for another, and isn’t sent again beside it', async () => {
    const { invitation, organization, user } = await invited();
    await one.models.Invitation.updateOne({ _id: invitation._id }, { $set: { expiresAt: new Date(1000) } });
    const where = { organization, issuer };
    await invite(two, SYSTEM, where, { email: user.email });
    await expect(resendInvitation(one, SYSTEM, where, invitation._id)).rejects.toMatchObject({
      code: 'already_invited',
    });
  });
});
