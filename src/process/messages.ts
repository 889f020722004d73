/**
 * What the primary process and its workers say to each other, over the channel that a fork has. Messages of one channel arrive in
 * order: a worker that is told to drain has got every connection that it will get.
 */
export type ToWorker =
  /** Begin. `once`: do what is done once per start. */
  | { kind: 'start'; number: number; port: number; once: boolean }
  /** A connection comes with it, as the handle. */
  | { kind: 'connection' }
  /** Readiness fails from now on; requests are still answered. */
  | { kind: 'announce' }
  /** Nothing more will come: finish what is in flight and end. */
  | { kind: 'drain' }
  /** Say what you have counted. */
  | { kind: 'measure'; id: number }
  /** What all have counted, as it was asked for. */
  | { kind: 'metrics'; id: number; text: string };

export type ToPrimary =
  /** Connections can be handed over; until `ready` they are told so. */
  | { kind: 'accepting' }
  | { kind: 'ready'; issuer: string; url: string }
  /** The connection has arrived; another one may come. */
  | { kind: 'took' }
  | { kind: 'measured'; id: number; metrics: object[] }
  /** Ask all workers what they have counted. */
  | { kind: 'metrics'; id: number };
