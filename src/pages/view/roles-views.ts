import type { Message } from '../../texts/message.js';
import type { ActivityTab } from './activity-views.js';
import type { Faults, Framed, FramedForm, Pager, PersonField, PersonView } from './framed.js';
import type { RoleChip } from './roles.js';

/** Where a role comes from: the organization alone, every organization, or the server itself. */
export type RoleKind = 'own' | 'instance' | 'built-in';

export interface TabView {
  label: Message;
  href: string;
  current: boolean;
  count?: number;
}

/** What the pages of one role have in common. */
interface OfRole extends Framed {
  /** The organization's pages. */
  base: string;
  /** The role's own. */
  path: string;
  role: { key: string; name: string; description: string; kind: RoleKind };
}

interface RoleTab extends OfRole {
  tabs: TabView[];
  mayWrite: boolean;
}

interface RoleForm extends OfRole, FramedForm {
  /** Why it can't be done, in a service's words. */
  refused: Message | string | null;
}

/** A permission that can be put into a role. */
export interface PermissionBox {
  key: string;
  /** Text of the API's own, or of the catalogue. */
  description: Message | string;
  ticked: boolean;
  /** Why it can't be ticked. */
  off: Message | null;
  /** Somebody else has changed it meanwhile: how it is now. */
  now: Message | null;
  /** It stands in another API already, and is ticked there. */
  mirror: boolean;
}

export type PermissionBlock =
  | {
      kind: 'matrix';
      columns: string[];
      apis: { name: string; rows: { resource: string; cells: (PermissionBox | null)[] }[] }[];
    }
  | { kind: 'list'; name: Message | string; boxes: PermissionBox[] };

export interface RolesViews {
  'organizations/roles': Framed & {
    base: string;
    roles: { key: string; href: string; name: string; description: string; kind: RoleKind; permissions: number }[];
    total: number;
    pager: Pager;
    anyOwn: boolean;
    mayWrite: boolean;
  };
  'organizations/role-new': FramedForm & {
    base: string;
    values: { name: string; key: string; description: string };
    errors: Faults<'name' | 'key' | 'description'>;
    refused: Message | string | null;
  };
  'organizations/role': RoleTab & {
    /** Undefined: the visitor may not see members. */
    held: Message | undefined;
    carried: Message | undefined;
    groups: { name: string; id: string; href: string; remove: string | null }[];
    people: {
      person: PersonView;
      given: RoleChip[];
      status: 'active' | 'suspended' | 'removed' | 'disabled';
      remove: string | null;
      kept: Message | null;
    }[];
    pager: Pager | null;
    notes: Message[];
    mayGive: boolean;
    single: boolean;
  };
  'organizations/role-give': RoleForm & {
    /** Null: the visitor may not give it to people. */
    person: { field: PersonField; until: string; errors: Faults<'person' | 'until'> } | null;
    /** Null: the visitor may not give it to groups, or groups carry none here. */
    group: { groups: { id: string; name: string; roles: string[] }[]; chosen: string; errors: Faults<'group'> } | null;
    single: boolean;
    when: Message;
  };
  'organizations/role-activity': RoleTab & ActivityTab;
  'organizations/role-permissions': RoleTab &
    RoleForm & {
      blocks: PermissionBlock[];
      revision: number;
      carried: number;
      offered: number;
      /** What it carries that no API declares any more. */
      gone: string[];
      why: Message;
      readOnly: boolean;
    };
  'organizations/role-edit': RoleForm & {
    revision: number;
    values: { name: string; description: string };
    errors: Faults<'name' | 'description'>;
    /** What somebody else has made of it meanwhile. */
    now: Partial<Record<'name' | 'description', Message>>;
  };
  'organizations/role-delete': RoleForm & {
    /** Who has it; empty where nobody does. */
    uses: Message[];
    choice: { becomes: string; replacement: string };
    replacements: { key: string; name: string; description: string }[];
    errors: Faults<'becomes' | 'replacement'>;
  };
}
