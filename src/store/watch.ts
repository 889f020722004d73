import type { Connection } from 'mongoose';
import type { Logger } from '../lib/logger.js';
import { storeUp } from '../lib/metrics.js';
import { storeAnswers } from './connect.js';

/** Knows whether the store answers, and says each change once. */
export interface StoreWatch {
  /** Asks the store; known within a second. Who asks at the same time shares the answer. */
  answers(): Promise<boolean>;
  /** Whether in the last so many milliseconds no operation had to wait long for a connection: the store does what it is asked. */
  keptUp(forMs: number): boolean;
  stop(): void;
}

/** An operation that waits for a connection as long as this stands behind more of them than the store gets done. */
const LONG_WAIT_MS = 500;

/** While the store is away it is asked this often, so that its return is told although nobody asks. */
const AGAIN_MS = 1000;

export function watchStore(connection: Connection, logger: Logger): StoreWatch {
  let asking: Promise<boolean> | undefined;
  let awaySince: number | undefined;
  let again: NodeJS.Timeout | undefined;
  let stopped = false;

  let waitedLongAt = Number.NEGATIVE_INFINITY;

  storeUp.set(1);
  const note = (answered: boolean) => {
    if (stopped || answered === (awaySince === undefined)) return;
    storeUp.set(answered ? 1 : 0);
    if (!answered) {
      awaySince = performance.now();
      logger.error({ event: 'store_away' }, 'the store does not answer; requests get 503 until it does');
      again = setInterval(answers, AGAIN_MS);
      again.unref();
    } else {
      const ms = Math.round(performance.now() - (awaySince ?? 0));
      awaySince = undefined;
      clearInterval(again);
      logger.info({ event: 'store_back', ms }, 'the store answers again');
    }
  };
  function answers(): Promise<boolean> {
    asking ??= storeAnswers(connection).then((answered) => {
      asking = undefined;
      note(answered);
      return answered;
    });
    return asking;
  }
  // The driver notices a lost server by itself, also where no request comes.
  const changed = () => void answers();
  const gotConnection = ({ durationMS }: { durationMS: number }) => {
    if (durationMS >= LONG_WAIT_MS) waitedLongAt = performance.now();
  };
  const client = connection.getClient();
  client.on('topologyDescriptionChanged', changed);
  client.on('connectionCheckedOut', gotConnection);
  client.on('connectionCheckOutFailed', gotConnection);
  return {
    answers,
    keptUp: (forMs) => performance.now() - waitedLongAt > forMs,
    stop() {
      stopped = true;
      clearInterval(again);
      client.off('topologyDescriptionChanged', changed);
      client.off('connectionCheckedOut', gotConnection);
      client.off('connectionCheckOutFailed', gotConnection);
    },
  };
}
