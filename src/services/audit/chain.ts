/** How events are chained. Pure: what sealing writes and verifying computes again. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { digest } from '../../lib/ids.js';
import type { ChainPlace } from '../../models/audit-chain.js';
import type { AuditEvent } from '../../models/audit-event.js';
import { canonical } from './canonical.js';
import { impersonal, personalHashes } from './personal.js';

/** The open key of the chains: 256 bits. */
export type ChainKey = Buffer;

/** Of all that an event says; what is about a person enters as a salted hash. */
export function digestOf(event: AuditEvent): string {
  const { _id, organizationId, action, actor, subject, time, before, after, parent, requestId } = event;
  const said = {
    id: _id,
    organizationId,
    action,
    actor,
    subject,
    time,
    parent,
    requestId,
    before: impersonal(before),
    after: impersonal(after),
    personal: personalHashes(event),
  };
  return digest('audit event', canonical(said));
}

/** The purposes of the key are kept apart, so that the code of one place proves nothing of another. */
function hmac(key: ChainKey, purpose: string, ...parts: (string | number)[]): string {
  return createHmac('sha256', key)
    .update(digest(purpose, ...parts.map(String)))
    .digest('base64url');
}

/** What the first event follows. */
export const chainStart = (key: ChainKey, organizationId: string): string => hmac(key, 'start', organizationId);

/** The code of the event with this number and digest, behind the one that has the code `before`. */
export const nextMac = (key: ChainKey, before: string, number: number, eventDigest: string): string =>
  hmac(key, 'event', before, number, eventDigest);

/** Which place of a chain is proved: without the key neither can be made of what an event shows. */
export type PlaceKind = 'head' | 'removed';

export function placeAt(
  key: ChainKey,
  kind: PlaceKind,
  organizationId: string,
  { number, mac }: Pick<ChainPlace, 'number' | 'mac'>,
): ChainPlace {
  return { number, mac, proof: hmac(key, kind, organizationId, number, mac) };
}

export function isProved(key: ChainKey, kind: PlaceKind, organizationId: string, place: ChainPlace): boolean {
  const [given, right] = [place.proof, placeAt(key, kind, organizationId, place).proof].map((text) =>
    Buffer.from(String(text)),
  ) as [Buffer, Buffer];
  return given.length === right.length && timingSafeEqual(given, right);
}
