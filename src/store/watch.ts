import type { Connection } from 'mongoose';
import type { Logger } from '../lib/logger.js';
import { storeUp } from '../lib/metrics.js';
import { storeAnswers } from './connect.js';

/** Knows whether the store answers, and says each change once. */
export interface StoreWatch {
  /** Asks the store; known within a second. Who asks at the same time shares the answer. */
  answers(): Promise<boolean>;
  stop(): void;
}

/** While the store is away it is asked this often, so that its return is told although nobody asks. */
const AGAIN_MS = 1000;

export function watchStore(connection: Connection, logger: Logger): StoreWatch {
  let asking: Promise<boolean> | undefined;
  let awaySince: number | undefined;
  let again: NodeJS.Timeout | undefined;
  let stopped = false;

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
  connection.getClient().on('topologyDescriptionChanged', changed);
  return {
    answers,
    stop() {
      stopped = true;
      clearInterval(again);
      connection.getClient().off('topologyDescriptionChanged', changed);
    },
  };
}
