/** A sender or recipient: an address, with a name or without. */
export interface MailboxAddress {
  name: string;
  address: string;
}

const WHOLE = /^(?:"((?:[^"\\]|\\.)*)"|([^"<>]*?))\s*<([^<>\s]+)>$/;
/** As `isEmailAddress`, and also at a host without a dot, as the server's own may be. */
const ADDRESS = /^[\w'+-]+(?:\.[\w'+-]+)*@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?)(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i;
const NAME_MAX = 100;

/**
 * `Name <name@example.com>`, `"Name, Inc." <name@example.com>` or `name@example.com`.
 * @returns undefined for anything else, as for several
 */
export function parseMailbox(text: string): MailboxAddress | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) return undefined;
  const [, quoted, plain, within] = WHOLE.exec(text.trim()) ?? [];
  const address = within ?? text.trim();
  const name = (quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '').trim();
  if (address.length > 254 || !ADDRESS.test(address) || [...name].length > NAME_MAX) return undefined;
  return { name, address };
}
