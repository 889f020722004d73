import type { Provider } from 'oidc-provider';
import type { Outbound } from '../lib/outbound.js';
import type { ClientSecretLimits } from '../services/client-secret-limits.js';
import type { ServiceContext } from '../services/context.js';
import type { Deliveries } from '../services/deliveries/index.js';
import type { SigningKeys } from '../services/signing-keys/follow-keys.js';

/** What the modules of this folder share: the services, and what the configuration says about this server. */
export interface Runtime {
  services: ServiceContext;
  issuer: string;
  cookieKeys: readonly string[];
  /** Calls what applications have named. */
  outbound: Outbound;
  /** Takes what has to reach applications. */
  deliveries: Deliveries;
  signingKeys: SigningKeys;
  clientSecretLimits: ClientSecretLimits;
  registration: 'off' | 'token' | 'open';
  /** Seconds. */
  sessionIdle: number;
  sessionAbsolute: number;
  /** In which pages can be shown: BCP 47 tags. */
  languages: readonly string[];
}

/** The library's context of a request, as far as its types leave it open. */
// biome-ignore lint/suspicious/noExplicitAny: the library's entities and parameters are untyped
export type OidcContext = any;

export type { Provider };
