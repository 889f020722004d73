import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import type { Signer } from '../lib/signatures.js';
import type { Csrf } from '../middleware/csrf.js';
import type { Runtime } from '../oidc/runtime.js';
import type { AskByAddress } from '../services/ask-by-address.js';
import type { ServiceContext } from '../services/context.js';
import type { CreationLimits } from '../services/creation-limits.js';
import type { OwnLimits } from '../services/own-limits.js';
import type { RecoveryLimits } from '../services/recovery-limits.js';
import type { SignInLimits } from '../services/sign-in-limits.js';
import type { UserCodeLimits } from '../services/user-code-limits.js';
import type { Catalogue, Texts } from '../texts/catalogue.js';
import type { Render } from './render.js';

/** What the handlers of pages share. */
export interface PageDeps {
  services: ServiceContext;
  runtime: Runtime;
  /** Today's: it is another one after the signing keys have changed. */
  readonly provider: Provider;
  limits: SignInLimits;
  userCodeLimits: UserCodeLimits;
  creationLimits: CreationLimits;
  ownLimits: OwnLimits;
  recoveryLimits: RecoveryLimits;
  askByAddress: AskByAddress;
  signer: Signer;
  csrf: Csrf;
  render: Render;
  catalogue: Catalogue;
  /** The catalogue in the language of whoever asks. */
  textsOf: (ctx: Context) => Texts;
  issuer: string;
  signUp: 'open' | 'verified' | 'closed';
  createOrganizations: 'anyone' | 'operators';
}
