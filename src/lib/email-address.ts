/** RFC 5321 4.5.3.1.3, less the angle brackets. */
const LONGEST = 254;

/** What mail servers take in practice: no quoted local parts, no addresses of hosts, and a name with a dot. */
const ADDRESS = /^[\w'+-]+(?:\.[\w'+-]+)*@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z]{2,}$/i;

/** Whether a text, without spaces around it, can be an email address. */
export const isEmailAddress = (text: string): boolean => text.length <= LONGEST && ADDRESS.test(text);
