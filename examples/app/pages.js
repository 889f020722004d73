// The pages, as functions from values to HTML.
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (value) => String(value ?? '').replace(/[&<>"']/g, (char) => ESCAPES[char]);

/** A template whose values are escaped, unless they are pieces of HTML themselves. */
const html = (strings, ...values) => ({
  html: strings.reduce((all, text, at) => {
    const value = values[at - 1];
    const shown = [value]
      .flat()
      .map((one) => (one?.html === undefined ? escapeHtml(one ?? '') : one.html))
      .join('');
    return all + shown + text;
  }),
});

const page = (title, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="stylesheet" href="/style.css"></head>
<body><header><strong>Example</strong><span>an application that signs in with Rollcall</span></header><main>${body.html}</main></body></html>`;

const HIGHLIGHTED = ['roles', 'oid', 'org_slug', 'org_name', 'active_role', 'permissions', 'roles_in_token', 'stale'];

/** JSON with the claims about organization and roles marked. */
function claims(value) {
  const lines = Object.entries(value).map(([key, one]) => {
    const line = html`  <i>"${key}"</i>: ${JSON.stringify(one)}`;
    return HIGHLIGHTED.includes(key) ? html`<b>${line}</b>` : line;
  });
  return html`<pre tabindex="0">{
${lines.flatMap((line, at) => [
  line,
  at < lines.length - 1
    ? html`,
`
    : '',
])}
}</pre>`;
}

export const signedOut = () =>
  page(
    'Example',
    html`<section><h1>Sign in</h1>
<p>The first to join Acme becomes its admin, the next a member. What the tokens say about that is shown here, decoded.</p>
<form method="post" action="/sign-in" class="row"><button class="main">Sign in with Rollcall</button>
<button name="organization" value="acme">Sign in to Acme</button><button name="organization" value="globex">Sign in to Globex</button></form></section>
<section><h2>Who to sign in as</h2><p>Create an account, or take one of these, whose password is <code>correct horse battery staple</code>:</p>
<ul><li><code>ada@acme.test</code> and <code>ben@acme.test</code>, in no organization yet</li><li><code>chiara@globex.test</code>, admin of Globex</li></ul></section>`,
  );

export function signedIn({ idToken, accessToken, answer, command }) {
  const chips = idToken.roles.map((role) => html`<span class="chip ${role === 'admin' ? 'admin' : ''}">${role}</span>`);
  return page(
    'Example: signed in',
    html`<section><div class="head"><div><h1>${idToken.name ?? idToken.sub}</h1><p>at <strong>${idToken.org_name ?? 'no organization'}</strong> ${chips.length ? chips : html`<span class="quiet">no role</span>`}</p></div>
<form method="post" action="/sign-out"><button>Sign out</button></form></div></section>
<section><h2>What the API sees</h2><p>The API introspects the token and decides on today’s roles. Change a role and call it again: the token stays the same, the answer doesn’t.</p>
<form method="post" action="/call" class="row"><button class="main">Call the API</button></form>
${answer ? html`<p>${answer.status} from <code>GET /invoices</code></p>${claims(answer.body.seen ?? answer.body)}` : ''}
<details open><summary>Try it: give yourself the role Billing</summary><p>Run this in the project’s folder, then call the API again:</p><pre tabindex="0">${command}</pre></details></section>
<section><h2>Your tokens</h2><form method="post" action="/refresh" class="row"><button>Refresh tokens</button></form>
<h3>ID token</h3>${claims(idToken)}<h3>Access token</h3>${accessToken ? claims(accessToken) : html`<p>opaque</p>`}</section>
<section><h2>Switch organization</h2><p>A new authorization request, with <code>prompt=none</code> first: nobody signs in again.</p>
<form method="post" action="/switch" class="row"><label>Slug <input name="organization" value="${idToken.org_slug === 'acme' ? 'globex' : 'acme'}" required></label><button>Switch</button></form></section>`,
  );
}

export const failed = (error, description) =>
  page(
    'Example: not signed in',
    html`<section><h1>That didn’t work</h1><p>Rollcall answered <code>${error}</code>${description ? html`: ${description}` : ''}.</p><p><a href="/">Start again</a></p></section>`,
  );
