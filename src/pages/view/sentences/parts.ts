/** What a sentence about an event is made of: a text of the catalogue, and people, roles and things that stand out in it. */
import type { Message, Value } from '../../../texts/message.js';
import type { RoleChip } from '../roles.js';

/** Something that stands in a sentence; `views/partials/event-part.ejs` shows it. */
export type Part =
  | { kind: 'name'; name: string; href?: string }
  | { kind: 'roles'; roles: RoleChip[] }
  | { kind: 'code'; text: string }
  | { kind: 'words'; text: Message };

export interface Sentence {
  key: string;
  args: Record<string, Part | Value>;
}

/** A sentence of the catalogue. As `text/message.js` has it, save that parts may stand in it. */
export const message = (key: string, args: Sentence['args'] = {}): Sentence => ({ key, args });

export const name = (text: string, href?: string): Part => ({ kind: 'name', name: text, ...(href ? { href } : {}) });
export const code = (text: string): Part => ({ kind: 'code', text });
export const words = (text: Message): Part => ({ kind: 'words', text });
