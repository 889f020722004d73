import type { findingsOf } from './finding.js';

/** Seconds. A token's `iat` and `exp` are read by other machines: most allow a minute at the most, many none. */
const NOTED = 2;
const TOO_FAR = 30;

/** Another clock, read between two moments of ours. Milliseconds since the epoch; `resolution` is what its reading leaves open. */
export interface OtherClock {
  name: string;
  time: number;
  before: number;
  after: number;
  resolution?: number;
}

/** How far another clock is from this machine's, as far as the reading tells for sure. */
export function checkClock(area: ReturnType<typeof findingsOf>, clock: OtherClock): void {
  const { name, time, before, after, resolution = 0 } = clock;
  const ahead = time - after;
  const behind = before - (time + resolution);
  const off = Math.max(ahead, behind, 0) / 1000;
  const said = `The clock of ${name} is ${Math.round(off)} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine’s`;
  const advice = 'Let both follow a time server (chrony, systemd-timesyncd, ntpd).';
  if (off >= TOO_FAR) area.problem(said, advice);
  else if (off >= NOTED) area.warning(said, advice);
  else area.ok(`The clock of ${name} agrees with this machine’s`);
}
