/** Characters of our own paths and of what they are asked for; longer than any page of ours asks. */
const OWN = /^\/(account|join|organizations|admin)(\/[\w~.%@-]+)*(\?[\w~.%@&=+:-]*)?$/;
const LONGEST = 1000;

/** A page of ours that a sign-in may come back to, and nothing else. */
export const ownPage = (address: string): string | undefined =>
  address.length <= LONGEST && OWN.test(address) ? address : undefined;
