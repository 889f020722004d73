/**
 * The one error type. `code` is stable and part of the contract, `message` is safe to show to anyone, `cause` is for the log
 * alone. Whatever else is thrown is a defect and shown as `server_error`.
 */
export class RollcallError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: readonly unknown[];

  constructor(code: string, status: number, message: string, options: { cause?: unknown; details?: unknown[] } = {}) {
    super(message, { cause: options.cause });
    this.name = 'RollcallError';
    this.code = code;
    this.status = status;
    this.details = options.details ?? [];
  }
}

/** Unknown, foreign and forbidden ids answer alike (R13). */
export const notFound = (message = 'There is nothing here.') => new RollcallError('not_found', 404, message);
export const forbidden = (message = 'You may not do this.') => new RollcallError('forbidden', 403, message);
export const conflict = (code: string, message: string, details?: unknown[]) =>
  new RollcallError(code, 409, message, details ? { details } : {});
export const invalid = (message: string, details?: unknown[]) =>
  new RollcallError('invalid', 422, message, details ? { details } : {});
/** @param of what there was too much of, for whoever words it */
export const tooMany = (message: string, of?: string) =>
  new RollcallError('too_many_requests', 429, message, of ? { details: [{ of }] } : {});

/** The store or the machine can't at the moment. */
export const unavailable = (cause?: unknown) =>
  new RollcallError('unavailable', 503, 'This server is busy or its database is away. Try again in a moment.', {
    cause,
  });

/** R2, in the same words wherever it is refused. @param who the administrator that nobody could replace */
export const lastAdministrator = (who?: object) =>
  conflict(
    'last_administrator',
    'An organization needs an administrator. Make someone else one first.',
    who ? [who] : undefined,
  );

/** Somebody else has changed it since it was read (`If-Match`, RFC 9110 13.1.1). */
export const stale = () =>
  new RollcallError('stale', 412, 'Somebody else has changed this meanwhile. Read it again, then change it.');

export const tooManyAdministrators = () =>
  conflict('too_many_administrators', 'An organization can have 500 administrators.');

/** True for MongoDB's duplicate key error, by which a claim tells that somebody was faster. */
export function isDuplicateKey(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === 11000;
}

/** True for what the driver throws when the store can't be reached or doesn't answer in time. */
export function isStoreAway(error: unknown): boolean {
  const { name = '', cause } = (error ?? {}) as { name?: string; cause?: unknown };
  return (
    /^Mongo(ose)?(Network|ServerSelection|Pool|WaitQueue|OperationTimeout|NotConnected|TopologyClosed)/.test(name) ||
    (cause !== undefined && cause !== error && isStoreAway(cause))
  );
}
