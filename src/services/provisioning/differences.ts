import type { PendingEvent } from '../../models/event.js';
import { event, type ServiceContext, SYSTEM } from '../context.js';

/** The fields of `wanted` whose values differ from what is stored; `undefined` means "not said", and stays as it is. */
export function differences<T extends object>(stored: Partial<T>, wanted: Partial<T>): Partial<T> {
  const changed: Partial<T> = {};
  for (const key of Object.keys(wanted) as (keyof T)[]) {
    if (wanted[key] !== undefined && canonical(stored[key]) !== canonical(wanted[key])) changed[key] = wanted[key];
  }
  return changed;
}

/** JSON whose object keys are sorted and whose absent values are null, so that only what matters is compared. */
export function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([, one]) => one !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  );
}

export function changeEvent(
  context: ServiceContext,
  action: string,
  subject: string,
  after: object,
  organizationId: string | null = null,
): PendingEvent {
  const {
    secretHash: _secret,
    passwordHash: _password,
    introspection: _introspection,
    ...shown
  } = after as Record<string, unknown>;
  return event(context, SYSTEM, action, subject, { organizationId, after: shown });
}
