import type { Message } from '../../texts/message.js';
import type { Framed } from './framed.js';
import type { EventView } from './sentences/index.js';
import type { Kind } from './sentences/table.js';

/** What happened to one thing, a page at a time. */
export interface ActivityTab {
  now: Date;
  events: EventView[];
  newest: string | undefined;
  older: string | undefined;
}

export interface ActivityViews {
  'organizations/activity': Framed & {
    base: string;
    now: Date;
    asked: { person: string; as: 'did' | 'happened'; kind: Kind | ''; from: string; to: string };
    filtered: boolean;
    /** Whom it is narrowed to; null where nobody is found. */
    person: { name: string } | null | undefined;
    exports: { csv: string; jsonl: string };
    events: EventView[];
    newest: string | undefined;
    older: string | undefined;
  };
  'organizations/activity-event': Framed & {
    base: string;
    event: EventView;
    facts: FactView[];
    changes: ChangeView[];
    parts: EventView[];
    moreParts: string | undefined;
    /** The bulk operation's page, for who may see it. */
    operation: string | null;
  };
}

export interface FactView {
  label: Message;
  /** What a program reads stands in mono. */
  value: { text: string } | { code: string } | { time: Date } | { words: Message } | { href: string; label: Message };
}

/** What was there and what is there since, of one property. */
export interface ChangeView {
  field: { label: Message } | { code: string };
  before: ShownValue;
  after: ShownValue;
}

export type ShownValue =
  | { texts: string[] }
  | { words: Message }
  | { code: string }
  | { counts: { label: Message; count: number }[] }
  | null;
