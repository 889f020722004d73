import type { BulkRow } from './bulk.js';
import type { Cost } from './costs.js';
import type { Options } from './options.js';
import type { ScaleRow } from './scale.js';

export interface Figure {
  name: string;
  /** Per second. */
  median: number;
  values: number[];
}

export interface Row {
  name: string;
  against?: string | undefined;
  goal: Partial<Record<string, number>>;
  figures: Figure[];
  /** Answers that weren't what they should have been: any makes the row worthless. */
  failed: number;
}

/** The table: medians per second, the ratio to the library, and whether the goal is reached. */
export function print(rows: Row[], { pinned, options }: { pinned: boolean; options: Options }): void {
  const stores = [...new Set(rows.flatMap((row) => row.figures.map((one) => one.name)))].filter(
    (one) => one !== 'library',
  );
  const head = ['work', 'library /s', ...stores.flatMap((store) => [`${store} /s`, 'ratio', 'goal'])];
  const body = rows.map((row) => {
    const rate = (name: string) => row.figures.find((one) => one.name === name)?.median ?? Number.NaN;
    const cells = stores.flatMap((store) => {
      const ratio = rate(store) / rate('library');
      const goal = row.goal[store];
      const verdict =
        goal === undefined ? '' : `${goal}${ratio >= goal ? ' ok' : ratio >= goal * 0.7 ? ' below' : ' MISSED'}`;
      return [whole(rate(store)), ratio.toFixed(2), verdict];
    });
    const name = `${row.name}${row.against ? ` (against: ${row.against})` : ''}${row.failed ? ` (${row.failed} FAILED)` : ''}`;
    return [name, whole(rate('library')), ...cells];
  });
  table([head, ...body]);
  process.stdout.write(
    `\nMedians of ${options.rounds} interleaved rounds of ${options.seconds} s, ${options.connections} connections, Node ${process.version}. ` +
      `${pinned ? 'The server has one core, the load another.' : 'Nothing could be pinned to a core: expect noise.'}\n` +
      'Not measured here: two processes against one, which needs cores to spare for the load and the database.\n',
  );
}

/** What must stay below a figure. */
export function printCosts(costs: Cost[]): void {
  if (!costs.length) return;
  process.stdout.write('\n');
  const rows = costs.map(({ name, value, unit, most }) => [
    name,
    `${value.toFixed(unit === 's' ? 2 : 0)} ${unit}`,
    `${most} ${unit}`,
    value <= most ? 'ok' : 'MISSED',
  ]);
  table([['cost', 'measured', 'at most', ''], ...rows]);
}

export function printScale(rows: ScaleRow[]): void {
  if (!rows.length) return;
  process.stdout.write('\n');
  const lines = rows.map(({ name, small, large }) => [
    name,
    whole(small),
    whole(large),
    (small / large).toFixed(2),
    small / large <= 1.2 ? '1.2 ok' : '1.2 MISSED',
  ]);
  table([['work', '10^3 users /s', '10^6 users /s', 'time', 'at most'], ...lines]);
}

/** What a bulk operation takes, and what it leaves to requests. */
export function printBulk(rows: BulkRow[]): void {
  if (!rows.length) return;
  process.stdout.write('\n');
  const lines = rows.map(({ store, work, seconds, alone, beside }) => [
    `${work}, ${store}`,
    `${seconds.toFixed(1)} s`,
    goal(store, seconds < 60, 60),
    whole(alone),
    whole(beside),
    (beside / alone).toFixed(2),
    goal(store, beside / alone >= 0.7, 0.7),
  ]);
  table([['10^4 members', 'time', 'at most', 'introspection /s', 'beside it /s', 'ratio', 'at least'], ...lines]);
}

/** The goals are those on MongoDB. */
const goal = (store: string, reached: boolean, bound: number) =>
  store === 'mongodb' ? `${bound} ${reached ? 'ok' : 'MISSED'}` : '';

const whole = (value: number) => (Number.isNaN(value) ? '' : String(Math.round(value)));

export function table(rows: string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}
