/** Names of domains: as they are kept (lower case, in ASCII) and as people read them. */
import { isIP } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';

/** What precedes a domain where it is proved takes some of the 253 characters that a name may have (RFC 1035 2.3.4). */
const LONGEST = 253 - '_rollcall.'.length;
/** RFC 1123 2.1, and at the end no digits alone: that would be an address. */
const NAME = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+(?=[a-z\d-]*[a-z])[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;
/** What a name has none of, though it could be read as one by who reads addresses. */
const NO_NAME = /[\s/\\?#%@:_[\]]/;

/**
 * A domain as it is kept: `Müller.Example.` becomes `xn--mller-kva.example`.
 * @returns undefined for what isn't one: addresses of hosts, single labels, whatever else is typed
 */
export function domainName(text: string): string | undefined {
  const typed = text.trim().replace(/^@/, '').replace(/\.$/, '');
  if (!typed || typed.length > LONGEST || NO_NAME.test(typed) || isIP(typed)) return undefined;
  const name = domainToASCII(typed);
  return name.length <= LONGEST && NAME.test(name) ? name : undefined;
}

/** As people read it. */
export const shownDomain = (name: string): string => domainToUnicode(name) || name;

/** Of an email address, as it is kept. */
export const domainOfAddress = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();
