import { z } from 'zod';
import { MESSAGE_MAX } from '../../services/invitations/invite.js';
import { INVITATION_STATUSES } from '../../services/invitations/list-invitations.js';
import { groupName, listOf, listUpTo, roleKey, text, time } from '../schemas.js';

const status = z.enum(INVITATION_STATUSES);

const url = text.meta({
  description: 'The link for whoever invites, shown this once. It doesn’t prove the address; the mailed one does.',
});

const shape = {
  id: text.meta({ examples: ['inv_01JX0000000000000000000000'] }),
  email: text.meta({ examples: ['ada@example.com'] }),
  status,
  roles: z.array(text).meta({ description: 'Keys; none: what who joins gets.', examples: [['member']] }),
  groups: z.array(text).meta({ description: 'Names.' }),
  message: text.nullable(),
  application: text.nullable().meta({ description: 'Where it leads, by client id.' }),
  language: text.nullable(),
  invitedBy: text.meta({ description: 'A user’s id, `application:ID` or `system`.' }),
  acceptedBy: text.nullable().meta({ description: 'The id of the user.' }),
  expiresAt: time,
  sentAt: time,
  createdAt: time,
  updatedAt: time,
};

export const invitation = z.strictObject(shape).meta({ id: 'Invitation' });

export const createdInvitation = z.strictObject({ ...shape, url }).meta({ id: 'CreatedInvitation' });

export const invitationLink = z.strictObject({ url }).meta({ id: 'InvitationLink' });

export const invitationList = listOf('InvitationList', invitation);

export const invitationQuery = z.strictObject({ status: status.optional() });

const MOST = 50;

export const newInvitation = z
  .strictObject({
    email: z.email('expected an e-mail address').max(254),
    roles: listUpTo(MOST, roleKey).optional().meta({ description: 'Keys; absent or empty: what who joins gets.' }),
    groups: listUpTo(MOST, groupName).optional().meta({ description: 'Names or ids.' }),
    message: z.string().max(MESSAGE_MAX).optional().meta({ description: 'Stands in the mail.' }),
    expiresAt: time.optional().meta({ description: 'Seven days from now unless given; within a year.' }),
    language: z
      .string()
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'expected a language tag')
      .max(35)
      .optional()
      .meta({ description: 'Of the mail, for somebody who has no account that says it.', examples: ['de'] }),
    application: text.max(255).optional().meta({
      description: 'The client id of the application at whose `initiateLoginUri` who accepts ends.',
    }),
  })
  .meta({ id: 'NewInvitation', examples: [{ email: 'ada@example.com', roles: ['member'] }] });
