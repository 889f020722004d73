import type { Logger } from '../../lib/logger.js';
import type { AuditChain } from '../../models/index.js';

/** So many lines at most at a time. */
const MOST_LINES = 100;

/**
 * Writes the heads of chains to the log output: kept elsewhere, they show that the end of a chain was cut off, or all of it replaced. The
 * last one of each that has moved, and no more lines than that, however much happens.
 */
export class HeadTeller {
  readonly #moved = new Map<string, AuditChain['head']>();

  constructor(private readonly logger: Logger) {}

  note({ _id, head }: AuditChain): void {
    this.#moved.set(_id, head);
  }

  /** To be called every few seconds: those that have waited the longest come first. */
  tell(): void {
    for (const [organizationId, { number, mac }] of [...this.#moved].slice(0, MOST_LINES)) {
      this.#moved.delete(organizationId);
      this.logger.info({ event: 'audit_head', organizationId, number, mac }, 'the audit log is sealed so far');
    }
  }
}
