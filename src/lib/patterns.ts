/** How what people name in addresses and tokens is written (contract.md), with the words for what isn't. */

/** Of an organization. */
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
export const SLUG_EXPECTED = 'expected 1 to 63 lower-case letters, digits and hyphens, none at its ends';

/** Of a role. */
export const ROLE_KEY = /^[a-z][a-z0-9_-]{0,62}$/;
export const ROLE_KEY_EXPECTED = 'expected 1 to 63 lower-case letters, digits, _ and -, beginning with a letter';
