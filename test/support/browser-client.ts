/** A browser as far as HTTP goes: it keeps cookies by path, follows redirects by hand, fills in forms. */
export class BrowserClient {
  #cookies = new Map<string, { value: string; path: string }>();
  url = '';
  status = 0;
  html = '';
  location: string | undefined;
  /** Every Set-Cookie so far, as it came, save those that delete. */
  readonly setCookies: string[] = [];
  /** Every answer's status so far. */
  readonly statuses: number[] = [];

  /** @param language its `Accept-Language`; none unless given */
  constructor(
    readonly origin: string,
    readonly language?: string,
  ) {}

  /** Opens an address of the server and follows redirects while they stay on it. @returns this, at the last answer. */
  async open(address: string): Promise<this> {
    return this.#send('GET', new URL(address, this.origin).href);
  }

  /** Sends the form that has the button (by its text), with these fields, as a person would. */
  async submit(button: string, fields: Record<string, string> = {}): Promise<this> {
    const form = this.#formOf(button);
    const body = new URLSearchParams({ ...form.hidden, ...form.button, ...fields });
    const target = new URL(form.action, this.url).href;
    if (form.method === 'get') return this.#send('GET', `${target}${body.size ? `?${body}` : ''}`);
    return this.#send('POST', target, body);
  }

  /** Follows a link by its text. */
  async follow(link: string): Promise<this> {
    for (const [, href, text] of this.html.matchAll(/<a\b[^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g)) {
      if (plain(text ?? '') === link) return this.open(new URL(decodeEntities(href ?? ''), this.url).href);
    }
    throw new Error(`no link "${link}" on ${this.url}:\n${plain(this.html)}`);
  }

  has(text: string): boolean {
    return plain(this.html).includes(text);
  }

  cookie(name: string): string | undefined {
    return [...this.#cookies].find(([key]) => key.startsWith(`${name} `))?.[1].value;
  }

  /** What it would send to a path. */
  cookies(path: string): string {
    return this.#cookieHeader(path);
  }

  /** Has a cookie that the server didn't give to this browser. */
  plant(name: string, value: string): void {
    this.#cookies.set(`${name} /`, { value, path: '/' });
  }

  async #send(method: string, url: string, body?: URLSearchParams): Promise<this> {
    let next = { method, url, body };
    for (let hop = 0; hop < 15; hop += 1) {
      const response = await fetch(next.url, {
        method: next.method,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          cookie: this.#cookieHeader(new URL(next.url).pathname),
          ...(this.language ? { 'accept-language': this.language } : {}),
          ...(next.body ? { origin: this.origin, 'content-type': 'application/x-www-form-urlencoded' } : {}),
        },
        ...(next.body ? { body: next.body.toString() } : {}),
      });
      this.#keep(response.headers.getSetCookie(), new URL(next.url).pathname);
      this.url = next.url;
      this.status = response.status;
      this.statuses.push(response.status);
      this.html = await response.text();
      const location = response.headers.get('location');
      this.location = location ? new URL(location, next.url).href : undefined;
      if (!this.location?.startsWith(`${this.origin}/`)) return this;
      next = { method: 'GET', url: this.location, body: undefined };
    }
    throw new Error(`too many redirects at ${next.url}`);
  }

  #formOf(button: string) {
    for (const [form] of this.html.matchAll(/<form\b[\s\S]*?<\/form>/g)) {
      for (const [tag, attributes, text] of form.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/g)) {
        if (!plain(text ?? '').includes(button)) continue;
        const named = attribute(tag ?? '', 'name');
        return {
          action: attribute(form.slice(0, form.indexOf('>') + 1), 'action') ?? this.url,
          method: attribute(form.slice(0, form.indexOf('>') + 1), 'method'),
          hidden: hiddenFields(form),
          button: named ? { [named]: attribute(`<b ${attributes}>`, 'value') ?? '' } : {},
        };
      }
    }
    // A button outside of its form names it (the sign-out page's).
    for (const [, attributes, text] of this.html.matchAll(
      /<button\b([^>]*\bform="[^"]+"[^>]*)>([\s\S]*?)<\/button>/g,
    )) {
      if (!plain(text ?? '').includes(button)) continue;
      const id = attribute(`<b ${attributes}>`, 'form');
      const form = [...this.html.matchAll(/<form\b[\s\S]*?<\/form>/g)]
        .map(([whole]) => whole)
        .find((whole) => whole.includes(`id="${id}"`));
      if (!form) continue;
      const named = attribute(`<b ${attributes}>`, 'name');
      return {
        action: attribute(form.slice(0, form.indexOf('>') + 1), 'action') ?? this.url,
        method: attribute(form.slice(0, form.indexOf('>') + 1), 'method'),
        hidden: hiddenFields(form),
        button: named ? { [named]: attribute(`<b ${attributes}>`, 'value') ?? '' } : {},
      };
    }
    throw new Error(`no button "${button}" on ${this.url} (${this.status}):\n${plain(this.html)}`);
  }

  #cookieHeader(path: string): string {
    return [...this.#cookies]
      .filter(([, cookie]) => path === cookie.path || path.startsWith(cookie.path.replace(/\/?$/, '/')))
      .map(([key, cookie]) => `${key.split(' ')[0]}=${cookie.value}`)
      .join('; ');
  }

  #keep(lines: string[], requestPath: string): void {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(/;\s*/);
      const [name, ...value] = (pair ?? '').split('=');
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? requestPath;
      const expired = attributes.some((one) => /^expires=Thu, 01 Jan 1970/i.test(one));
      const key = `${name} ${path}`;
      if (expired) this.#cookies.delete(key);
      else this.setCookies.push(line);
      if (!expired) this.#cookies.set(key, { value: value.join('='), path });
    }
  }
}

function hiddenFields(form: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name && attribute(tag, 'type') === 'hidden') fields[name] = attribute(tag, 'value') ?? '';
  }
  return fields;
}

const attribute = (tag: string, name: string) => {
  const match = new RegExp(`\\b${name}="([^"]*)"`).exec(tag);
  return match ? decodeEntities(match[1] ?? '') : undefined;
};

const decodeEntities = (text: string) =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

const plain = (html: string) =>
  decodeEntities(
    html
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
