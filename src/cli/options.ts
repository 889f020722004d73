import { type Command, InvalidArgumentError } from 'commander';
import type { Page } from '../services/list-pages.js';
import { type Total, totalText } from '../services/lists/total.js';
import { print, printJson } from './running.js';
import { table } from './table.js';

export interface JsonOption {
  json?: boolean;
}

export interface PageOptions extends JsonOption {
  limit: number;
  after?: string;
}

/** How many a list shows unless told, and at most: as the management API's lists. */
const LIMIT = 50;
const MOST = 100;

function limit(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MOST)
    throw new InvalidArgumentError(`Expected a number from 1 to ${MOST}.`);
  return number;
}

/** `--limit` and `--after`. */
export const paged = (command: Command): Command =>
  command
    .option('--limit <number>', `how many to show, ${MOST} at most`, limit, LIMIT)
    .option('--after <cursor>', 'go on where the page before ended');

/** An end date. */
export function moment(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Expected a moment such as 2030-01-01T00:00:00Z.');
  return date;
}

/** For options that may be repeated. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** Prints a page: as a table that says how to go on, or as the API's lists are. */
export function printPage<T>(
  { data, nextCursor, total }: Page<T> & { total?: Total },
  { json }: JsonOption,
  { headings, row, object }: { headings: string[]; row: (one: T) => unknown[]; object: (one: T) => object },
): void {
  if (json) return printJson({ data: data.map(object), nextCursor, ...(total ? { total: totalText(total) } : {}) });
  print(data.length ? table(headings, data.map(row)) : 'None');
  if (total) print(`\n${totalText(total)} in all`);
  if (nextCursor) print(`\nMore: --after ${nextCursor}`);
}
