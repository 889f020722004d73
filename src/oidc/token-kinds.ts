import type { Provider } from 'oidc-provider';
import type { OidcContext } from './runtime.js';

/** How opaque tokens begin, so that each tells its kind: to the store, which needs to look in one place alone, and to scanners for leaked secrets. */
const MARKS = { AccessToken: 'rat_', ClientCredentials: 'rct_', RefreshToken: 'rrt_' } as const;

export function markTokens(provider: Provider): void {
  for (const [name, mark] of Object.entries(MARKS)) {
    const { prototype } = provider[name as keyof typeof MARKS] as OidcContext;
    const { generateTokenId } = prototype;
    prototype.generateTokenId = function generateMarkedId() {
      const id = generateTokenId.call(this);
      // A JWT's is its `jti`, which opens nothing.
      return this.resourceServer?.accessTokenFormat === 'jwt' ? id : mark + id;
    };
  }
}

/** Whether a value says that it is of another kind than this model's; introspection and revocation ask each of them. */
export function isOfAnotherKind(model: string, value: string): boolean {
  const kind = Object.entries(MARKS).find(([, mark]) => value.startsWith(mark))?.[0];
  return kind !== undefined && model in MARKS && kind !== model;
}
