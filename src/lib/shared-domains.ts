/** Domains under which everybody may have an address: whoever proved one would speak for strangers. */

/** What registries keep for everybody below a country, where the list of providers has no word for it: `co.uk`. */
const SECOND_LEVEL = /^(?:ac|co|com|edu|gov|net|org)\.[a-z]{2}$/;

let providers: Promise<ReadonlySet<string>> | undefined;

/** Nearly nine thousand names: read when the first domain is looked at. */
const loaded = () => {
  providers ??= import('email-providers').then(({ default: all }) => new Set(all));
  return providers;
};

/**
 * Whether a domain is a public mail provider's, one below it, or a registry's own as far as that can be told.
 * @param name as `domainName` gives it
 */
export async function isSharedDomain(name: string): Promise<boolean> {
  if (SECOND_LEVEL.test(name)) return true;
  const known = await loaded();
  const labels = name.split('.');
  return labels.some((_, at) => known.has(labels.slice(at).join('.')));
}
