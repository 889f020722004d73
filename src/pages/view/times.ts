/** How moments are shown in a language. A formatter is made once: making one takes longer than all that a page lets it write. */
import { type Html, html } from '../../texts/html.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** `public/pages.js` shows them so in the reader's own zone. */
const SHOWN = {
  day: { dateStyle: 'medium' },
  minute: { dateStyle: 'medium', timeStyle: 'short' },
  clock: { timeStyle: 'short' },
  exact: { dateStyle: 'long', timeStyle: 'long' },
} as const;
type Shown = keyof typeof SHOWN;

export interface Times {
  /** A moment, to the day or the minute, or the time of its day alone; exact on hover. */
  time(value: Date, to?: Shown): Html;
  /** The heading of a day in a log: `Today, Monday 23 November`. */
  dayOf(value: Date, now: Date): Html;
}

/** @param dates the language, as `Intl` names it */
export function timesIn(dates: string): Times {
  const format = (how: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(dates, { ...how, timeZone: 'UTC' });
  const formats: Record<Shown, Intl.DateTimeFormat> = {
    day: format(SHOWN.day),
    minute: format(SHOWN.minute),
    clock: format(SHOWN.clock),
    exact: format(SHOWN.exact),
  };
  const dayOfYear = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  const thisYear = format(dayOfYear);
  const anyYear = format({ ...dayOfYear, year: 'numeric' });
  const relative = new Intl.RelativeTimeFormat(dates, { numeric: 'auto' });
  return {
    time(value, to = 'minute') {
      const [shown, exact] = [formats[to].format(value), formats.exact.format(value)];
      return html`<time datetime="${value.toISOString()}" data-to="${to}" title="${exact}">${shown}</time>`;
    },
    dayOf(value, now) {
      const ago = Math.floor(now.getTime() / DAY_MS) - Math.floor(value.getTime() / DAY_MS);
      const day = (value.getUTCFullYear() === now.getUTCFullYear() ? thisYear : anyYear).format(value);
      const near = ago === 0 || ago === 1 ? relative.format(-ago, 'day') : '';
      return html`${near ? `${near.charAt(0).toLocaleUpperCase(dates)}${near.slice(1)}, ` : ''}${day}`;
    },
  };
}
