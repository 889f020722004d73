/** So many follow the first that is named. */
const PORTS = 1000;

/**
 * A port for what is started there again and again, or has to know it beforehand: below those that a system gives away by itself, which
 * somebody else may have by then.
 * @param from a thousand that no other test uses; each process has another one of them
 */
export const ownPort = (from: number): number => from + (process.pid % PORTS);
