/** What people type about a role: its name, its key, what it is for. */
import { ROLE_KEY } from '../../../lib/patterns.js';
import type { Role } from '../../../models/index.js';
import { type Message, message } from '../../../texts/message.js';

const MOST_NAME = 200;
const MOST_DESCRIPTION = 1000;

export function nameFault(name: string): Message | undefined {
  if (!name) return message('fault-nameless');
  return [...name].length > MOST_NAME ? message('fault-too-long', { most: MOST_NAME }) : undefined;
}

export const descriptionFault = (description: string): Message | undefined =>
  [...description].length > MOST_DESCRIPTION ? message('fault-too-long', { most: MOST_DESCRIPTION }) : undefined;

export const keyFault = (key: string): Message | undefined => {
  if (!key) return message('fault-role-key-missing');
  return ROLE_KEY.test(key) ? undefined : message('fault-role-key-malformed');
};

/** The key that a name suggests, or an empty text where it has no letter that a key could have. */
export function keyFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
    .replace(/[-_]+$/, '');
}

/** Faults that there are, by field. */
export const faultsOf = <Field extends string>(found: Record<Field, Message | undefined>) =>
  Object.fromEntries(Object.entries(found).filter(([, fault]) => fault)) as Partial<Record<Field, Message>>;

/** As a form shows it. */
export const wordsOf = ({ name, description = '' }: Role) => ({ name, description });
