const isLoopback = (url: URL) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);

/** As hosts are. URLs allow more (`;`, `,`, `*`), which would say something of its own in a Content-Security-Policy that names the host. */
const HOST = /^([a-z\d._-]+|\[[a-f\d:.]+\])$/;

/**
 * What is wrong with an address that a browser is sent back to (RFC 6749 3.1.2, RFC 8252, RFC 9700 2.1), or undefined.
 * @param native whether the application may be reached by a scheme of its own
 */
export function redirectUriFault(text: string, native: boolean): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'expected an absolute URI';
  if (text.includes('#')) return 'expected a URI without a fragment';
  if (/^(javascript|data|vbscript|file|blob|about):$/.test(url.protocol))
    return 'expected a URI that an application can be reached by';
  if (!native && !/^https?:$/.test(url.protocol)) return 'a custom scheme only for a native application';
  if (/^https?:$/.test(url.protocol) && !HOST.test(url.hostname))
    return 'expected a host of letters, digits, dots and hyphens';
  if (url.protocol === 'http:' && !isLoopback(url)) return 'expected https, or http on this machine itself';
  return undefined;
}
