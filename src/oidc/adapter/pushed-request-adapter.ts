import { errors } from 'oidc-provider';
import { INTERACTION_TTL } from '../settings/ttl.js';
import { type Payload, RecordAdapter } from './record-adapter.js';

/**
 * Pushed authorization requests (RFC 9126) work once. The library marks one as used when it answers the request, and a person may take
 * as long as a login lasts until then: so the record outlives the minute in which it can be taken up, which the library judges itself.
 */
export class PushedRequestAdapter extends RecordAdapter {
  override async upsert(id: string, payload: Payload, expiresIn: number): Promise<void> {
    await super.upsert(id, payload, expiresIn + INTERACTION_TTL);
  }

  override async consume(id: string): Promise<void> {
    try {
      await super.consume(id);
    } catch (error) {
      if (!(error instanceof errors.InvalidGrant)) throw error;
      throw new errors.InvalidRequestUri('the request_uri was used already');
    }
  }
}
