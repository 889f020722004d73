import type { BulkKind } from '../../models/bulk-operation.js';
import type { Message } from '../../texts/message.js';
import type { ActivityTab } from './activity-views.js';
import type { Faults, Framed, FramedForm, Pager, PersonView } from './framed.js';
import type { RoleChip } from './roles.js';

/** What stands above each tab of a member. */
export interface MemberHead extends Framed {
  csrf: string;
  /** The page of this member. */
  path: string;
  member: {
    id: string;
    person: PersonView;
    status: 'active' | 'suspended' | 'removed' | 'disabled';
    joined: Date;
    /** What a form was made of. */
    revision: number;
  };
  tabs: { label: Message; href: string; current: boolean; count?: number }[];
  mayWrite: boolean;
  mayEnd: boolean;
}

/** What members are being chosen for: see `bulk/purpose.ts`. */
export interface Purpose {
  /** As an address and a form have it. */
  field: 'give' | 'add';
  value: string;
  kind: BulkKind;
  heading: Message;
  /** What the button says that goes on. */
  action: Message;
}

export interface MembersViews {
  'organizations/member-roles': MemberHead & {
    roles: RoleChip[];
    /** Each member has exactly one role (R4). */
    single: boolean;
    choices: { key: string; name: string; description: string; held: boolean }[];
    values: { role: string; until: string };
    errors: Faults<'form' | 'role' | 'until'>;
    refused: Message | string | null;
    minutes: number;
    onlyAdministrator: boolean;
    /** Null where none is issued. */
    token: { roles: string[]; activeRole: string | null } | null;
  };
  'organizations/member-groups': MemberHead & {
    groups: { id: string; name: string; href: string; roles: RoleChip[]; until?: Date }[];
    choices: { id: string; name: string; roles: string[] }[];
    values: { group: string; until: string };
    errors: Faults<'form' | 'group' | 'until'>;
    refused: Message | string | null;
    minutes: number;
  };
  'organizations/member-sessions': MemberHead & {
    sessions: {
      id: string;
      kind: 'browser' | 'device' | 'offline';
      signedInAt: Date | null;
      expiresAt: Date | null;
      applications: string[];
    }[];
    pager: Pager;
  };
  'organizations/member-activity': MemberHead &
    ActivityTab & {
      /** What they did themselves. */
      didHref: string;
    };
  'organizations/bulk-new': FramedForm & {
    base: string;
    heading: Message;
    /** Who was chosen, for the form. */
    fields: [name: string, value: string][];
    about: 'role' | 'group' | null;
    roles: { key: string; name: string; description: string }[];
    groups: { id: string; name: string }[];
    /** Whether an end date can be given. */
    ends: boolean;
    values: { about: string; until: string };
    errors: Faults<'form' | 'role' | 'group' | 'until'>;
    refused: Message | string | null;
  };
  'organizations/bulk': Framed & {
    csrf: string;
    base: string;
    path: string;
    heading: Message;
    until: Date | null;
    effect: Message;
    state: 'preparing' | 'previewed' | 'expired' | 'called_off' | 'running' | 'done' | 'cancelled' | 'stopped';
    /** How many have a result, of how many. */
    reached: number;
    total: number;
    toChange: number;
    changed: number;
    expiresAt: Date | null;
    endedAt: Date | null;
    /** The operation that this one undoes, and the one that undoes it. */
    undoes: { href: string; label: Message } | null;
    undoneBy: { href: string; label: Message } | null;
    /** What the button says that undoes this one. */
    undo: Message;
    tabs: { label: Message; href: string; current: boolean; count: number }[];
    results: {
      /** Null for whoever isn't a member here any more. */
      person: PersonView | null;
      reference: string;
      result: 'to_change' | 'changed' | 'already' | 'refused' | 'skipped';
      label: Message;
      why: Message | string | null;
    }[];
    pager: Pager;
    refused: Message | string | null;
  };
  'organizations/members': Framed & {
    csrf: string;
    base: string;
    purpose: Purpose | null;
    /** The list without what narrows it. */
    allHref: string;
    asked: {
      search: string;
      role: string;
      group: string;
      status: string;
      sort: 'name' | 'joined' | undefined;
      order: 'ascending' | 'descending';
    };
    filtered: boolean;
    roles: { key: string; name: string }[];
    groups: { id: string; name: string }[];
    total: Message;
    members: {
      id: string;
      person: PersonView;
      roles: RoleChip[];
      status: 'active' | 'suspended' | 'removed' | 'disabled';
      joined: Date;
    }[];
    sorting: Record<'name' | 'joined', { current: string | undefined; href: string }>;
    pager: Pager;
    mayWrite: boolean;
    mayInvite: boolean;
    /** Choosing everyone in the list. */
    everyone: Message;
  };
}
