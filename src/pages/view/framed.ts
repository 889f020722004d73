/** What the views of the account's and an organization's pages have in common. */

import type { Message } from '../../texts/message.js';
import type { Frame } from '../frame.js';
import type { RoleChip } from './roles.js';

/** A page of an account or an organization. */
export interface Framed {
  frame: Frame;
}

export interface FramedForm extends Framed {
  csrf: string;
  action: string;
}

/** What is wrong, by field; `form` is about all of it. */
export type Faults<Field extends string> = Partial<Record<Field, Message>>;

export interface OrganizationView {
  id: string;
  name: string;
  picture?: string | null;
  color?: string | null;
}

export interface PersonView {
  id: string;
  name: string;
  email: string;
  /** Of an uploaded picture its id. */
  picture?: string | null;
  href?: string;
}

export interface Pager {
  shown: Message;
  first?: string;
  next?: string;
}

/** Naming one member: see `person-field.ts`. */
export interface PersonField {
  value: string;
  error: Message | null;
  /** Whether a name does too. */
  byName: boolean;
  /** Where suggestions come from while somebody types. */
  from: string | null;
  suggested: { name: string; email: string }[];
}

/** A question before something is done: see `question.ts`. */
export interface AskedFirst extends FramedForm {
  /** The pages above it. */
  crumbs: { label: Message | string; href: string }[];
  heading: Message;
  /** What will happen, and when. */
  lines: Message[];
  /** The roles that go with it. */
  going: { label: Message; roles: RoleChip[] } | null;
  /** What the answer brings along. */
  fields: Record<string, string>;
  /** What may be done in the same step. */
  also: { name: string; label: Message; hint: Message; checked: boolean } | null;
  /** The name that has to be typed, in the field `confirm`. */
  typed: { label: Message; value: string; error: Message | null } | null;
  /** Where one goes who doesn't want it. */
  back: string;
  /** Why it wasn't done. */
  refused: Message | string | null;
  /** Why it can't be done, and where that is changed: then nothing is asked. */
  barred: { why: Message; href?: string; link?: Message; rows?: { name: string; href: string }[] } | null;
}
