/**
 * An application that registered itself and that an operator's file changes is the operator's from then on: its registration's token
 * ends, by which whoever registered it could change what the operator has vouched for, its redirect URIs above all (RFC 7592 2.2).
 */
import type { Application } from '../../models/index.js';

/** What a registration can't give: who has it stands in for the operator. */
const isTrusted = ({ firstParty, organization, defaultApi, permissions }: Partial<Application>) =>
  Boolean(firstParty || organization !== 'none' || defaultApi || permissions?.length);

/**
 * @param change what the file changes
 * @returns the hash of the registration's token that has to end, or undefined where there is none, or none has to
 */
export function tokenToEnd(stored: Application | undefined, change: Partial<Application>): string | undefined {
  const hash = stored?.registration?.tokenHash;
  return hash && (Object.keys(change).length > 0 || isTrusted(stored)) ? hash : undefined;
}
