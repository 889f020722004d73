import { liveRole } from '../../access/effective-roles.js';
import { invalid } from '../../lib/errors.js';
import type { Invitation, Organization } from '../../models/index.js';
import type { ServiceContext } from '../../services/context.js';
import { newInvitationLink, resendInvitation, revokeInvitation } from '../../services/invitations/change-invitation.js';
import { findInvitation, statusOf } from '../../services/invitations/find-invitation.js';
import { invite } from '../../services/invitations/invite.js';
import { listInvitations } from '../../services/invitations/list-invitations.js';
import { type OrganizationVocabulary, vocabularyOf } from '../../services/vocabulary.js';
import { inOrganization, type Noun, pageAnswer } from '../endpoint.js';
import { groupMembershipsOf, roleIdsOf } from '../role-keys.js';
import {
  createdInvitation,
  invitation,
  invitationLink,
  invitationList,
  invitationQuery,
  newInvitation,
} from './schema.js';

const present = (vocabulary: OrganizationVocabulary, now: Date) => (one: Invitation) => ({
  id: one._id,
  email: one.email,
  status: statusOf(one, now),
  roles: [...new Set(one.roleIds.flatMap((id) => liveRole(id, vocabulary.role)?.key ?? []))].sort(),
  groups: one.groupIds.flatMap((id) => vocabulary.group(id)?.name ?? []),
  message: one.message ?? null,
  application: one.applicationId ?? null,
  language: one.language ?? null,
  invitedBy: one.invitedBy,
  acceptedBy: one.acceptedBy ?? null,
  expiresAt: one.expiresAt.toISOString(),
  sentAt: one.sentAt.toISOString(),
  createdAt: one.createdAt.toISOString(),
  updatedAt: one.updatedAt.toISOString(),
});

const presenter = async (services: ServiceContext, organization: Organization) =>
  present(await vocabularyOf(services, organization), services.clock.now());

/** @throws RollcallError `invalid` */
async function requireApplication(services: ServiceContext, id: string | undefined): Promise<void> {
  if (id === undefined || (await services.catalog.current()).applications.has(id)) return;
  throw invalid('An application is not known here.', [
    { path: 'application', message: `there is no application ${id}` },
  ]);
}

const ONE = '/organizations/{org}/invitations/{invitation}';

export const invitations: Noun = {
  name: 'invitations',
  description: 'People asked into an organization by their e-mail address. Each gets a mail with a link of their own.',
  endpoints: [
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/invitations',
      operationId: 'listInvitations',
      summary: 'List invitations',
      description: 'The newest first.',
      permissions: ['invitations:read'],
      list: true,
      query: invitationQuery,
      answer: { status: 200, description: 'A page of invitations.', schema: invitationList },
      async handle({ services, actor, organization, query, page }) {
        const found = await listInvitations(services, actor, organization._id, { ...query, ...page });
        return pageAnswer(found, await presenter(services, organization));
      },
    }),
    inOrganization({
      method: 'post',
      path: '/organizations/{org}/invitations',
      operationId: 'createInvitation',
      summary: 'Invite somebody',
      description:
        'Mails a link that proves the address, and answers with another one, `url`, to hand over. One invitation of an address waits at a time.',
      permissions: ['invitations:write'],
      body: newInvitation,
      answer: { status: 201, description: 'The invitation, with its link.', schema: createdInvitation },
      conflicts: ['already_member', 'already_invited', 'too_many_invitations', 'single_role_mode'],
      async handle({ services, actor, organization, issuer, body }) {
        const { email, roles = [], groups = [], message, language, application, expiresAt } = body;
        await requireApplication(services, application);
        const inGroups = await groupMembershipsOf(services, organization, groups);
        const made = await invite(
          services,
          actor,
          { organization, issuer },
          {
            email,
            roleIds: await roleIdsOf(services, organization, roles, 'roles'),
            groupIds: inGroups.map(({ groupId }) => groupId),
            message,
            language,
            applicationId: application,
            ...(expiresAt ? { expiresAt: new Date(expiresAt) } : {}),
          },
        );
        const show = await presenter(services, organization);
        return {
          body: { ...show(made.invitation), url: made.url },
          location: `/organizations/${organization._id}/invitations/${made.invitation._id}`,
        };
      },
    }),
    inOrganization({
      method: 'get',
      path: ONE,
      operationId: 'getInvitation',
      summary: 'Read an invitation',
      permissions: ['invitations:read'],
      answer: { status: 200, description: 'The invitation.', schema: invitation },
      async handle({ services, organization, params }) {
        const found = await findInvitation(services, organization._id, params.invitation as string);
        return { body: (await presenter(services, organization))(found) };
      },
    }),
    inOrganization({
      method: 'delete',
      path: ONE,
      operationId: 'revokeInvitation',
      summary: 'Revoke an invitation',
      description: 'Its links open nothing any more.',
      permissions: ['invitations:write'],
      answer: { status: 204, description: 'It is revoked.' },
      conflicts: ['invitation_answered'],
      async handle({ services, actor, organization, params }) {
        await revokeInvitation(services, actor, organization._id, params.invitation as string);
        return {};
      },
    }),
    inOrganization({
      method: 'post',
      path: `${ONE}/resend`,
      operationId: 'resendInvitation',
      summary: 'Send an invitation again',
      description:
        'By a new mail, whose link ends that of the one before. It then holds for a week at least, also where it had expired.',
      permissions: ['invitations:write'],
      answer: { status: 200, description: 'The invitation as it is now.', schema: invitation },
      conflicts: ['invitation_answered', 'already_member', 'already_invited'],
      async handle({ services, actor, organization, issuer, params }) {
        const where = { organization, issuer };
        const sent = await resendInvitation(services, actor, where, params.invitation as string);
        return { body: (await presenter(services, organization))(sent) };
      },
    }),
    inOrganization({
      method: 'post',
      path: `${ONE}/link`,
      operationId: 'createInvitationLink',
      summary: 'Make another link to hand over',
      description: 'It ends the one that was shown before; the mailed one stays.',
      permissions: ['invitations:write'],
      answer: { status: 200, description: 'The link.', schema: invitationLink },
      conflicts: ['invitation_answered'],
      async handle({ services, actor, organization, issuer, params }) {
        const where = { organization, issuer };
        return { body: { url: await newInvitationLink(services, actor, where, params.invitation as string) } };
      },
    }),
  ],
};
