/** Text that can't move the terminal's cursor or forge a line: control characters and what reorders text are shown escaped. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** A cell as people read it: lists with commas, nothing as `-`. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (Array.isArray(value)) return value.length ? value.map(cell).join(', ') : '-';
  if (value instanceof Date) return value.toISOString();
  return visible(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

const bold = (text: string) => (process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text);

/** Columns aligned by their widest cell, with a heading. */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = rows.map((row) => row.map(cell));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...lines.map((line) => [...(line[column] ?? '')].length)),
  );
  const aligned = (line: readonly string[]) =>
    line
      .map((text, column) => text + ' '.repeat((widths[column] ?? 0) - [...text].length))
      .join('  ')
      .trimEnd();
  return [bold(aligned(headings.map((heading) => heading.toUpperCase()))), ...lines.map(aligned)].join('\n');
}

/** One thing: a property a line. */
export function properties(values: Record<string, unknown>): string {
  const width = Math.max(...Object.keys(values).map((key) => key.length));
  return Object.entries(values)
    .map(([key, value]) => `${`${key}:`.padEnd(width + 2)}${cell(value)}`)
    .join('\n');
}
