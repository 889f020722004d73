import { RollcallError } from '../../lib/errors.js';

/** RFC 7591 3.2.2. `member` is what was wrong. */
export function metadataFault(member: string, message: string): RollcallError {
  const code = member.startsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata';
  return new RollcallError(code, 400, `${member}: ${message}`);
}
