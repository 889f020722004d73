import type { Message } from '../../texts/message.js';
import type { ActivityTab } from './activity-views.js';
import type { Faults, Framed, FramedForm, Pager, PersonField, PersonView } from './framed.js';
import type { RoleChip } from './roles.js';

/** A role as it is picked. */
export interface RoleChoice {
  key: string;
  name: string;
  description: string;
  chosen: boolean;
}

interface GroupView {
  id: string;
  name: string;
  description: string;
  /** Of its pages. */
  href: string;
}

/** What every page of a group shows. */
interface OfGroup extends Framed {
  csrf: string;
  base: string;
  group: GroupView;
  tabs: { label: Message; href: string; current: boolean; count?: number }[];
  mayWrite: boolean;
  mayDelete: boolean;
  /** Each member has exactly one role, so groups carry none (R4). */
  single: boolean;
  refused: Message | string | null;
  /** When what is changed counts: the longest that a token lasts. */
  minutes: number;
}

export interface GroupsViews {
  'organizations/groups': Framed & {
    base: string;
    asked: { search: string };
    total: Message;
    groups: (GroupView & { roles: RoleChip[]; members: Message | null })[];
    /** Whether the groups have their numbers of members: not where many are in them. */
    counted: boolean;
    pager: Pager;
    mayWrite: boolean;
    single: boolean;
  };
  'organizations/group-activity': OfGroup & ActivityTab;
  /** A new group, or what one is called. */
  'organizations/group-form': FramedForm & {
    base: string;
    group: GroupView | null;
    values: { name: string; description: string; revision: number };
    errors: Faults<'form' | 'name' | 'description' | 'roles'>;
    refused: Message | string | null;
    /** What it is by now, where somebody else was faster. */
    present: { name: string; description: string } | null;
    roles: RoleChoice[];
    single: boolean;
  };
  'organizations/group': OfGroup & {
    total: Message;
    members: {
      person: PersonView;
      status: 'active' | 'suspended' | 'removed' | 'disabled';
      until: Date | null;
      soon: boolean;
      removeHref: string;
    }[];
    pager: Pager;
    mayAssign: boolean;
    /** Whether it gives anything to who is in it. */
    carries: boolean;
    /** Null: the visitor may put nobody into it. */
    person: { field: PersonField; until: string; errors: Faults<'person' | 'until'> } | null;
  };
  'organizations/group-roles': OfGroup & {
    roles: RoleChip[];
    choices: Omit<RoleChoice, 'chosen'>[];
    chosen: string;
    errors: Faults<'role'>;
  };
}
