/** Days as people give them, which are theirs: each begins and ends by the clocks where they are. */
import type { Context } from 'koa';
import { field } from '../middleware/form-body.js';
import type { User } from '../models/index.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A zone that is known, or undefined. */
function known(zone: unknown): string | undefined {
  if (typeof zone !== 'string' || zone === '') return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Where the reader is: as their browser's script says in the form, else as their profile does, else UTC. */
export function zoneOf(ctx: Context, { profile }: Pick<User, 'profile'>): string {
  const sent = (ctx.request as { body?: Record<string, string> }).body?.zone ?? ctx.query.zone;
  return known(sent) ?? known(profile?.zoneinfo) ?? 'UTC';
}

/** How far a zone's clocks are ahead of UTC at a moment, in milliseconds. */
function ahead(zone: string, moment: number): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(moment / 1000) * 1000;
}

/**
 * When a day begins in a zone.
 * @param day `2026-11-30`
 * @returns undefined for what is no day
 */
export function startOfDay(day: string, zone: string): Date | undefined {
  const [, year, month, date] = (DAY.exec(day) ?? []).map(Number);
  if (year === undefined || month === undefined || date === undefined) return undefined;
  const utc = Date.UTC(year, month - 1, date);
  const read = new Date(utc);
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== date) return undefined;
  // Twice: clocks may change between the first guess and the day's beginning.
  const guess = utc - ahead(zone, utc);
  return new Date(utc - ahead(zone, guess));
}

/** The last second of a day in a zone; undefined for what is no day. */
export function endOfDay(day: string, zone: string): Date | undefined {
  const start = startOfDay(day, zone);
  if (!start) return undefined;
  const next = new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8))) + DAY_MS);
  const following = startOfDay(next.toISOString().slice(0, 10), zone);
  return following && new Date(following.getTime() - 1000);
}

/** The end date of a form: the end of the day in `until`, if one was given, and what is wrong with it. */
export function untilIn(
  { services }: Pick<PageDeps, 'services'>,
  ctx: Context,
  user: Pick<User, 'profile'>,
): { until?: Date; fault?: Message } {
  const day = field(ctx, 'until').trim();
  if (!day) return {};
  const until = endOfDay(day, zoneOf(ctx, user));
  if (!until) return { fault: message('fault-day') };
  return until > services.clock.now() ? { until } : { fault: message('fault-day-past') };
}
