/** How many there are, as pages write it. */
import type { Total } from '../../services/lists/total.js';
import { type Message, message } from '../../texts/message.js';

export const countOf = ({ count, more }: Total): Message =>
  more ? message('count-more', { count }) : message('count', { count });

/** In a sentence. */
export const peopleOf = ({ count, more }: Total): Message =>
  more ? message('group-people-more', { count }) : message('group-people', { count });
