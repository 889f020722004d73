/** A list of people to invite, as somebody pastes it: addresses, or a table whose first line names its columns. */
import { invalid } from '../../lib/errors.js';
import { MOST_GIVEN } from './givable.js';

/** People of one list. */
export const MOST_LINES = 200;

/** One of them, as typed. */
export interface ListLine {
  /** Where it stands, from 1. */
  line: number;
  email: string;
  roles: string[];
  groups: string[];
  message: string;
}

const COLUMNS = ['email', 'roles', 'groups', 'message'] as const;
type Column = (typeof COLUMNS)[number];

/** What people and spreadsheets call the columns. */
const NAMES: Readonly<Record<string, Column>> = {
  email: 'email',
  'e-mail': 'email',
  mail: 'email',
  address: 'email',
  role: 'roles',
  roles: 'roles',
  group: 'groups',
  groups: 'groups',
  message: 'message',
};

const columnOf = (cell: string): Column | undefined => {
  const name = cell.trim().toLowerCase();
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
};

const tooMany = () => invalid(`A list has ${MOST_LINES} people at most.`, [{ reason: 'too-many' }]);

/**
 * @returns its lines in their order, the empty ones left out
 * @throws RollcallError `invalid` with `details[0].reason`: `missing`, `too-many`, `unreadable` (and `line`), `no-email`
 */
export async function readList(text: string): Promise<ListLine[]> {
  const [first = ''] = text.split(/\r?\n/).filter((line) => line.trim());
  const cells = first
    .replace(/^\ufeff/, '')
    .split(/[,;\t]/)
    .map((cell) => cell.replaceAll('"', ''));
  const isTable = !first.includes('@') && cells.some((cell) => columnOf(cell));
  const lines = isTable ? await readTable(text, separatorOf(first)) : readAddresses(text);
  if (lines.length === 0) throw invalid('The list is empty.', [{ reason: 'missing' }]);
  if (lines.length > MOST_LINES) throw tooMany();
  return lines;
}

/** Of the characters between cells, the one that the first line has most of. */
function separatorOf(first: string): string {
  const count = (one: string) => first.split(one).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** What stands between commas, which a quoted name and an address in brackets may hold themselves. Each character is looked at a few times at most. */
const MAILBOX = /(?:"[^"]*"|<[^<>]*>|[^,;])+/g;

/** An address stands alone, or as a mail program writes it: `Ada Byron <ada@example.com>`. Names aren't kept. */
function readAddresses(text: string): ListLine[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    const parts = content.includes('<') ? (content.match(MAILBOX) ?? []) : content.split(/[\s,;]+/);
    return parts
      .map((part) => (/<([^<>]*)>/.exec(part)?.[1] ?? part).trim())
      .filter(Boolean)
      .map((email) => ({ line: index + 1, email, roles: [], groups: [], message: '' }));
  });
}

async function readTable(text: string, delimiter: string): Promise<ListLine[]> {
  const { parse } = await import('csv-parse/sync');
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    rows = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      to: MOST_LINES + 2,
    }) as unknown as typeof rows;
  } catch (error) {
    const { lines } = error as { lines?: number };
    throw invalid('The list can’t be read as CSV.', [{ reason: 'unreadable', line: lines ?? 1 }]);
  }
  const [head, ...body] = rows;
  const columns = (head?.record ?? []).map(columnOf);
  if (!columns.includes('email')) throw invalid('The first line names no column “email”.', [{ reason: 'no-email' }]);
  return body
    .filter(({ record }) => record.some(Boolean))
    .map(({ record, info }) => {
      const cell = (column: Column) => record[columns.indexOf(column)] ?? '';
      return {
        line: info.lines,
        email: cell('email'),
        roles: listIn(cell('roles')),
        groups: listIn(cell('groups')),
        message: cell('message'),
      };
    });
}

/** Several in one cell; of more than an invitation gives, enough to say so. */
const listIn = (cell: string): string[] =>
  cell
    .split(/[,;|]/)
    .map((one) => one.trim())
    .filter(Boolean)
    .slice(0, MOST_GIVEN + 1);
