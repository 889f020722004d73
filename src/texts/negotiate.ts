/** Which of the languages that there are somebody is answered in. */

/**
 * The first of the wanted languages that there is, by RFC 4647 lookup: `de-AT` is answered in `de`.
 * @param wanted BCP 47 tags, the best first; what is no tag is passed over
 */
export function firstKnown(languages: readonly string[], wanted: readonly (string | undefined)[]): string | undefined {
  for (const tag of wanted) {
    const parts = (tag ?? '').toLowerCase().split('-');
    for (let length = parts.length; length > 0; length -= 1) {
      const found = languages.find((one) => one.toLowerCase() === parts.slice(0, length).join('-'));
      if (found) return found;
    }
  }
  return undefined;
}

/** What is longer than any browser sends isn't read to its end. */
const HEADER_MAX = 500;

/** The tags of an `Accept-Language` (RFC 9110 12.5.4), the best first; what is refused (`q=0`) isn't among them. */
export function acceptedLanguages(header: string | undefined): string[] {
  return (header ?? '')
    .slice(0, HEADER_MAX)
    .split(',')
    .map((part, at) => {
      const [tag = '', ...parameters] = part.split(';').map((one) => one.trim());
      const quality = parameters.find((one) => /^q=/i.test(one))?.slice(2);
      return { tag, at, quality: quality === undefined ? 1 : Number(quality) || 0 };
    })
    .filter(({ tag, quality }) => tag !== '' && tag !== '*' && quality > 0)
    .sort((a, b) => b.quality - a.quality || a.at - b.at)
    .map(({ tag }) => tag);
}
