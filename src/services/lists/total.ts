/** How many there are, counted no further than people care. */
import type { Model } from 'mongoose';

export interface Total {
  count: number;
  /** There are more. */
  more: boolean;
}

export const MOST_COUNTED = 1000;

/** Counts what a filter matches, up to 1,000. */
export async function countUpTo<T>(model: Model<T>, filter: Record<string, unknown>): Promise<Total> {
  const count = await model.collection.countDocuments(filter as never, { limit: MOST_COUNTED + 1 });
  return { count: Math.min(count, MOST_COUNTED), more: count > MOST_COUNTED };
}

/** As people read it: `1,000+`. */
export const totalText = ({ count, more }: Total): string => `${count.toLocaleString('en-US')}${more ? '+' : ''}`;
