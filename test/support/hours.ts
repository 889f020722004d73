import { setTimeout as pause } from 'node:timers/promises';

const HOUR = 60 * 60 * 1000;
/** Longer than what is done within one hour takes on a busy machine. */
const NEEDED = 20_000;

/** Waits for the next hour where the present one is over in a moment: what is counted by the hour would be of two. */
export async function withinOneHour(): Promise<void> {
  const left = HOUR - (Date.now() % HOUR);
  if (left < NEEDED) await pause(left + 1);
}
