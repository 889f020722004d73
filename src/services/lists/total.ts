/** How many there are, counted no further than people care. */
import type { Model } from 'mongoose';

export interface Total {
  count: number;
  /** There are more. */
  more: boolean;
}

export const MOST_COUNTED = 1000;

/** Counts what a filter matches, up to 1,000 or so many. */
export async function countUpTo<T>(
  model: Model<T>,
  filter: Record<string, unknown>,
  most = MOST_COUNTED,
): Promise<Total> {
  const count = await model.collection.countDocuments(filter as never, { limit: most + 1 });
  return { count: Math.min(count, most), more: count > most };
}

/** As people read it: `1,000+`. */
export const totalText = ({ count, more }: Total): string => `${count.toLocaleString('en-US')}${more ? '+' : ''}`;
