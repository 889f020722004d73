/** HTML that is safe to show as it stands, told apart from text by its type. */
export class Html {
  constructor(readonly markup: string) {}
  toString(): string {
    return this.markup;
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] as string);

/** A template whose text values are escaped: html`<strong>${name}</strong>`. */
export function html(strings: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  return new Html(
    strings.reduce((markup, part, at) => {
      const value = values[at - 1];
      return `${markup}${value instanceof Html ? value.markup : escapeHtml(String(value ?? ''))}${part}`;
    }),
  );
}
