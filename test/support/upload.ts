import type { BrowserClient } from './browser-client.js';

/** Sends the form of the page that a browser is on, with this file, as the browser would; the browser stays where it is. */
export async function upload(
  browser: BrowserClient,
  action: string,
  file: Buffer | null,
  { csrf, type = 'image/png' }: { csrf?: string; type?: string } = {},
) {
  const form = new FormData();
  form.set('csrf', csrf ?? /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] ?? '');
  form.set('picture', new Blob(file ? [new Uint8Array(file)] : [], { type }), file ? 'photo.png' : '');
  const response = await fetch(browser.origin + action, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: browser.origin, cookie: browser.cookies(action) },
    body: form,
  });
  return { status: response.status, html: await response.text(), location: response.headers.get('location') };
}
