/** What a spreadsheet takes for the beginning of a formula: such a cell begins with an apostrophe, which it shows as text. */
const FORMULA = /^[=+\-@\t\r\n]/;

/** A line of CSV (RFC 4180) with its end. Texts are as they are, null is empty, everything else is JSON. */
export const csvLine = (cells: readonly unknown[]): string => `${cells.map(cell).join()}\r\n`;

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
