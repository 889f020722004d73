import type { Message } from '../../texts/message.js';
import type { Notice } from '../notice.js';
import type { ActivityViews } from './activity-views.js';
import type { DomainsViews, OfferView } from './domains-views.js';
import type { AskedFirst, Faults, Framed, FramedForm, OrganizationView, Pager, PersonView } from './framed.js';
import type { GroupsViews } from './groups-views.js';
import type { InvitationsViews, InvitedView, WaitingInvitation } from './invitations-views.js';
import type { MembersViews } from './members-views.js';
import type { NotificationsViews } from './notifications-views.js';
import type { OverviewViews } from './overview-views.js';
import type { OwnAccountViews } from './own-account-views.js';
import type { RecoveryViews } from './recovery-views.js';
import type { RoleChip } from './roles.js';
import type { RolesViews } from './roles-views.js';
import type { SettingsViews } from './settings-views.js';

/** What each view is given. The names are the views' paths under `views/`. */

export interface AppView {
  id: string;
  name: string;
  logoUri?: string;
  policyUri?: string;
  tosUri?: string;
}

/** How an organization looks at its logins. */
export interface LookView {
  id: string;
  name: string;
  picture: string | null;
  color: string | null;
}

interface Door {
  /** The application that the person comes from; null for this server's own pages. */
  app: AppView | null;
  /** The organization that the login is for, where it has given itself a look. */
  look?: LookView | null;
}

interface Form extends Door {
  csrf: string;
  action: string;
}

/** For who is in no organization. */
interface WithoutOrganization {
  /** Whether the login can go on without one. */
  mayContinueWithout: boolean;
  continueAction: string;
}

export interface Views
  extends MembersViews,
    RolesViews,
    GroupsViews,
    SettingsViews,
    ActivityViews,
    OverviewViews,
    NotificationsViews,
    OwnAccountViews,
    RecoveryViews,
    DomainsViews,
    InvitationsViews {
  'interaction/sign-in': Form & {
    signUpUrl: string | null;
    forgotUrl: string;
    /** What was just done elsewhere, as a new password. */
    notice: Notice | undefined;
    invited?: InvitedView | null;
    values: { email: string };
    errors: Faults<'form' | 'email' | 'password'>;
  };
  'interaction/sign-up': Form & {
    signInUrl: string;
    invited?: InvitedView | null;
    values: { name: string; email: string };
    errors: Faults<'name' | 'email' | 'password'>;
    passwordLeast: number;
  };
  'interaction/select-account': Form & { user: PersonView };
  'interaction/choose-organization': Form & {
    organizations: (OrganizationView & { roles: string[]; last: boolean })[];
    mayContinueWithout: boolean;
    createUrl: string | null;
    /** Organizations that the person may join. */
    offers: OfferView[];
    email: string;
    switchAction: string;
  };
  'interaction/create-organization': Form &
    WithoutOrganization & {
      waiting: WaitingInvitation[];
      values: { name: string };
      errors: Faults<'name'>;
      offers: OfferView[];
    };
  'interaction/join': JoinView;
  'join/page': JoinView;
  'setup/page': Form & { host: string; email: string; switchUrl: string };
  'interaction/consent': Form & {
    organization: OrganizationView | null;
    items: { icon: string; title: string; text: string }[];
    /** Whether it keeps access after signing out. */
    lasting: boolean;
    returnHost: string;
  };
  'interaction/device': Form & {
    /** What the device shows, for comparison; null where it can't be told any more. */
    userCode: string | null;
    organization: OrganizationView | null;
    items: { icon: string; title: string; text: string }[];
    email: string;
    switchAction: string;
  };
  'device/code': Form & {
    /** What was typed, or came with the link. */
    userCode: string;
    /** Whether it came with the link: then it is to be compared, not typed. */
    linked: boolean;
    errors: Faults<'user_code'>;
  };
  'device/done': Door & { email: string; organization: OrganizationView | null };
  'device/denied': Door & { text: Message };
  'device/ended': Door & { continueUrl: string };
  'interaction/no-organization': Form &
    WithoutOrganization & { device: boolean; offers: OfferView[]; waiting: WaitingInvitation[] };
  'interaction/expired': Door & { continueUrl: string | null };
  'response/form-post': Door & {
    action: string;
    fields: [name: string, value: string][];
  };
  'logout/question': Door & { formHtml: string };
  'logout/done': Door & { signInUrl: string };
  'logout/stayed': Door & { accountUrl: string };
  'api/docs': ApiView;
  error: Door & {
    status: number;
    heading: Message;
    /** What went wrong; null where the heading says all. */
    text: Message | null;
    /** The same for developers, in English. */
    detail: string | null;
    code: string;
    requestId: string | undefined;
    homeUrl: string | null;
  };
  question: AskedFirst;
  styleguide: Framed & {
    colours: readonly string[];
    chips: RoleChip[];
    people: PersonView[];
    choices: { key: string; name: string; description: string; held: boolean }[];
    pager: Pager;
    tabs: { label: Message; href: string; current: boolean; count?: number }[];
    sorting: { current: string; href: string };
    moment: Date;
  };
  'account/organizations': Framed & {
    organizations: (OrganizationView & {
      slug: string;
      suspended: boolean;
      roles: RoleChip[];
      mayLeave: boolean;
      /** Who can't leave before somebody else is one. */
      onlyAdministrator: boolean;
    })[];
    /** Deleted ones that this person may have back. */
    deleted: (OrganizationView & { slug: string; eraseAt: Date })[];
    csrf: string;
    /** They run the server. */
    operator: boolean;
    offers: OfferView[];
    waiting: WaitingInvitation[];
  };
  'account/deleted': Door & { days: number; signInUrl: string };
  'account/new-organization': FramedForm & {
    values: { name: string };
    errors: Faults<'name'>;
    refused: Message | string | null;
    most: number;
  };
}

interface TypeView {
  text: string;
  schema: string | null;
}

interface FieldView {
  name: string;
  in?: string;
  type: TypeView;
  required: boolean;
  description: string;
}

/** The management API, as its document describes it. */
interface ApiView {
  title: string;
  version: string;
  introduction: string[];
  server: string;
  nouns: {
    name: string;
    description: string;
    operations: {
      id: string;
      method: string;
      path: string;
      summary: string;
      description: string;
      permissions: string[];
      inputs: FieldView[];
      body: TypeView | null;
      answers: { status: string; description: string; type: TypeView | null }[];
      refusals: { status: string; description: string }[];
    }[];
  }[];
  schemas: { name: string; description: string; fields: FieldView[]; example: string | null }[];
  errors: { status: string; description: string }[];
}

type JoinView = Form & { organization: OrganizationView; first: boolean; canDecline: boolean; invited?: boolean };

export type ViewName = keyof Views;
