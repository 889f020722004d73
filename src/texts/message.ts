/** A text of the catalogue that a handler names and a view shows: `locales/` has its words, by key. */
export interface Message {
  key: string;
  args?: Record<string, Value>;
}

/** Numbers and dates are shown as the language does. */
export type Value = string | number | Date;

export const message = (key: string, args?: Record<string, Value>): Message => (args ? { key, args } : { key });
