/** One of several server processes, forked by the primary (`process/primary.ts`). */
import { createLogger, stdoutLines } from './lib/logger.js';
import { captureNotices } from './lib/notices.js';
import { watchCrashes } from './process/exit.js';
import { runWorker } from './process/worker.js';

const logger = createLogger('info', stdoutLines());
captureNotices(logger);
watchCrashes(logger);
runWorker(logger);
