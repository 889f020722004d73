import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, loadSecrets } from '../config/index.js';
import type { Logger } from '../lib/logger.js';
import { begin } from './begin.js';
import { Gate } from './gate.js';
import { sayReady } from './ready.js';
import type { Serving } from './serve.js';
import { onStopSignal } from './signals.js';

/** WORKERS=1: this process listens and serves by itself. */
export async function runSingle(config: Config, logger: Logger): Promise<void> {
  const secrets = await loadSecrets(config);
  const begun = begin(config, secrets);
  const gate = new Gate();
  let serving: Serving | undefined;
  onStopSignal(async () => {
    if (serving) await drain(gate, serving, config, logger);
    logger.info({ event: 'stopped' }, 'stopped');
    process.exit(0);
  });
  const port = await gate.listen(config.port, config.host);
  const { serve } = await import('./serve.js');
  serving = await serve({ config, secrets, begun, logger, gate, port, once: true });
  sayReady(logger, config, serving);
}

/** Readiness fails first, for as long as a balancer needs to notice; then nothing new is accepted, and what is in flight finishes. */
async function drain(gate: Gate, serving: Serving, config: Config, logger: Logger): Promise<void> {
  logger.info({ event: 'draining', delayMs: config.drainDelayMs }, 'readiness fails; requests are still answered');
  gate.announce();
  await sleep(config.drainDelayMs);
  await gate.close();
  await gate.finish();
  await serving.close();
}
