/** The process: reads the configuration and runs one server process, or several. See `process/`. */
import { loadConfig } from './config/index.js';
import { createLogger, stdoutLines } from './lib/logger.js';
import { captureNotices } from './lib/notices.js';
import { failStart, watchCrashes } from './process/exit.js';
import { sayStarting } from './process/ready.js';

const output = stdoutLines();
const logger = createLogger('info', output);
captureNotices(logger);
watchCrashes(logger);

async function run(): Promise<void> {
  const config = loadConfig(process.env);
  logger.level = config.logLevel;
  sayStarting(logger, config);
  // Each loads what it needs: a primary holds neither the protocol nor the database's driver.
  if (config.workers > 1) {
    const { runPrimary } = await import('./process/primary.js');
    await runPrimary(config, logger, output);
  } else {
    const { runSingle } = await import('./process/single.js');
    await runSingle(config, logger);
  }
}

run().catch((error: unknown) => failStart(logger, error));
