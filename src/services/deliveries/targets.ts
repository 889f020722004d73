import { backoffAfter } from '../../lib/backoff.js';
import type { Clock } from '../../lib/clock.js';

/** How long a target that fails is left alone, longer with each failure in a row. Milliseconds. */
const PAUSE = { first: 1000, most: 30_000 };

interface State {
  inFlight: number;
  /** In a row. */
  failures: number;
  pausedUntil: number;
}

export type Outcome = 'delivered' | 'failed' | 'nothing tried';

/** How a process divides its lines among the targets of one queue. */
export interface Division {
  parallel: number;
  perTarget: number;
}

/**
 * Whose turn it is in this process: no target has more than its share of the lines, one that has failed last is tried by one line at a
 * time and after a pause, and all those together have half of the lines at most. So what is due for those that answer has a line, however
 * much waits for those that don't.
 */
export class Targets {
  readonly #states = new Map<string, State>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly division: Division,
  ) {}

  /**
   * Takes what is due, those that answer first. One at a time, so that the shares hold.
   * @param claim takes something whose target isn't one of these
   */
  take<T extends { target?: string }>(claim: (excluded: string[]) => Promise<T | null>): Promise<T | null> {
    const taken = this.#turn.then(async () => {
      const claimed =
        (await claim(this.#those((state) => state.failures > 0 || this.#isFull(state)))) ??
        (this.#mayProbe() ? await claim(this.#those((state) => this.#isFull(state))) : null);
      if (claimed) this.#stateOf(claimed.target).inFlight += 1;
      return claimed;
    });
    this.#turn = taken.catch(() => {});
    return taken;
  }

  /** To be told once for all that was taken. */
  end(target: string | undefined, outcome: Outcome): void {
    const state = this.#stateOf(target);
    state.inFlight -= 1;
    if (outcome === 'failed') {
      state.failures += 1;
      state.pausedUntil = this.clock.now().getTime() + backoffAfter(state.failures, PAUSE);
    }
    if (outcome === 'delivered') state.failures = 0;
    if (state.inFlight === 0 && state.failures === 0) this.#states.delete(target ?? '');
  }

  #isFull({ inFlight, failures, pausedUntil }: State): boolean {
    if (failures === 0) return inFlight >= this.division.perTarget;
    return inFlight > 0 || this.clock.now().getTime() < pausedUntil;
  }

  /** Whether a target that has failed may be tried, and there is one. */
  #mayProbe(): boolean {
    const failing = [...this.#states.values()].filter(({ failures }) => failures > 0);
    const lines = failing.reduce((sum, { inFlight }) => sum + inFlight, 0);
    return lines < Math.max(1, this.division.parallel >> 1) && failing.some((state) => !this.#isFull(state));
  }

  #those(which: (state: State) => boolean): string[] {
    return [...this.#states].filter(([, state]) => which(state)).map(([target]) => target);
  }

  #stateOf(target = ''): State {
    const state = this.#states.get(target) ?? { inFlight: 0, failures: 0, pausedUntil: 0 };
    this.#states.set(target, state);
    return state;
  }
}
