import type { Message } from '../../texts/message.js';
import type { Framed } from './framed.js';
import type { RoleChip } from './roles.js';
import type { EventView } from './sentences/index.js';

export interface OverviewViews {
  'organizations/overview': Framed & {
    base: string;
    now: Date;
    notes: NoteView[];
    ending: { person: { id: string; name: string; href: string }; chip: RoleChip }[];
    /** There are more that end soon than are shown. */
    moreEnding: boolean;
    figures: { label: Message; icon: string; value: Message; href: string }[];
    /** What somebody who begins can do; none where it has begun. */
    steps: { icon: string; title: Message; text: Message; href: string | null; link: string }[];
    /** Null for who may not read them. */
    events: EventView[] | null;
  };
}

/** Something that needs attention. */
export interface NoteView {
  icon: string;
  title: Message;
  text: Message;
  href: string;
  link: Message;
}
