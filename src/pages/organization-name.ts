import { type Message, message } from '../texts/message.js';

export const ORGANIZATION_NAME_MAX = 100;

/** A name as it was typed, with single spaces, and what is wrong with it. */
export function organizationName(typed: string): { name: string; fault?: Message } {
  const name = typed.trim().replace(/\s+/g, ' ');
  if (!name) return { name, fault: message('fault-organization-name-missing') };
  if ([...name].length > ORGANIZATION_NAME_MAX)
    return { name, fault: message('fault-organization-name-long', { most: ORGANIZATION_NAME_MAX }) };
  return { name };
}
