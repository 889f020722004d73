import type { InvitationStatus } from '../../services/invitations/find-invitation.js';
import type { Message } from '../../texts/message.js';
import type { Faults, Framed, FramedForm, OrganizationView, Pager } from './framed.js';
import type { RoleChoice } from './groups-views.js';
import type { AppView } from './models.js';
import type { RoleChip } from './roles.js';

/** What a sign-in on the way to an invitation is about. */
export interface InvitedView {
  organization: OrganizationView;
  /** By name; null where that is nobody who can be named. */
  inviter: string | null;
}

/** An invitation that waits for who looks at the page. */
export interface WaitingInvitation extends InvitedView {
  id: string;
  expiresAt: Date;
}

interface JoinForm extends InvitedView {
  app: AppView | null;
  csrf: string;
  action: string;
  email: string;
  switchUrl: string;
}

/** What an invitation gives, as a form asks for it. */
export interface GiftFields {
  roles: RoleChoice[];
  /** By id, with the names of the roles that each carries. */
  groups: RoleChoice[];
  /** Each member has exactly one role (R4). */
  single: boolean;
  message: string;
  messageMost: number;
  until: string;
  /** To which an invitation can lead. */
  applications: { id: string; name: string; chosen: boolean }[];
}

interface InvitationRow {
  id: string;
  email: string;
  href: string;
  status: InvitationStatus;
  roles: RoleChip[];
  groups: string[];
  inviter: Message | string;
  expiresAt: Date;
}

export interface InvitationsViews {
  'join/invitation': JoinForm & {
    /** They are one already, and the invitation adds nothing. */
    member: boolean;
    /** Null: what who joins gets. */
    roles: string[] | null;
    groups: string[];
    /** They would be the first member, and so administrator (R1). */
    first: boolean;
    message: string | null;
    /** The account's password has to be given: the address isn't proved. */
    asksPassword: boolean;
    errors: Faults<'form' | 'password'>;
  };
  'join/other-address': {
    app: AppView | null;
    organization: OrganizationView;
    address: string;
    email: string;
    switchUrl: string;
  };
  'join/suspended': { app: AppView | null; organization: OrganizationView; switchUrl: string; email: string };
  'organizations/invitations': FramedForm & {
    base: string;
    asked: { status: string };
    invitations: InvitationRow[];
    pager: Pager;
    mayWrite: boolean;
  };
  'organizations/invitation-new': FramedForm &
    GiftFields & {
      base: string;
      email: string;
      errors: Faults<'form' | 'email' | 'message' | 'until' | 'application' | 'roles' | 'groups'>;
      refused: Message | string | null;
      /** The invitation that this address has already. */
      present: string | null;
    };
  'organizations/invitation': Framed & {
    csrf: string;
    base: string;
    invitation: InvitationRow & { message: string | null; createdAt: Date; sentAt: Date; answeredAt: Date | null };
    application: string | null;
    /** Shown this once. */
    link: string | null;
    refused: Message | string | null;
    mayWrite: boolean;
  };
  'organizations/invitations-many': FramedForm &
    GiftFields & {
      base: string;
      list: string;
      most: number;
      errors: Faults<'form' | 'list' | 'message' | 'until' | 'application' | 'roles' | 'groups'>;
      refused: Message | string | null;
    };
  'organizations/invitations-preview': FramedForm & {
    base: string;
    /** What the next step brings along. */
    fields: [name: string, value: string][];
    lines: {
      line: number;
      email: string;
      roles: RoleChip[];
      groups: string[];
      message: boolean;
      fault: Message | null;
    }[];
    good: number;
    bad: number;
    until: Date;
    back: string;
  };
}
