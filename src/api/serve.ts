import type { Context } from 'koa';
import type { Connection } from 'mongoose';
import type { Encryption } from '../lib/encryption.js';
import { RollcallError } from '../lib/errors.js';
import type { Signer } from '../lib/signatures.js';
import type { AuthenticateCall, Caller } from '../oidc/authenticate-call.js';
import type { ServiceContext } from '../services/context.js';
import { createKeptAnswers } from '../services/kept-answers.js';
import { authorize } from './authorize.js';
import { createCursors } from './cursors.js';
import type { DocsPage } from './docs.js';
import { docsOf } from './docs.js';
import { describeApi } from './document.js';
import type { Answer, Endpoint } from './endpoint.js';
import { give, type Kept, withIdempotency } from './idempotency.js';
import { createReadInput, type Input } from './input.js';
import { type ApiLimits, createCallLimits } from './limits.js';
import { NOUNS } from './nouns.js';
import { isKnown, tagOf } from './preconditions.js';
import { createRoutes } from './routes.js';

export interface ApiDeps {
  services: ServiceContext;
  connection: Connection;
  issuer: string;
  version: string;
  signer: Signer;
  encryption: Encryption;
  authenticate: AuthenticateCall;
  limits: ApiLimits;
  /** Renders the page that shows the API. */
  docsPage: (page: DocsPage) => string;
}

const VERSION = '/api/v1';

/** Answers every request under `/api`. */
export function createServing(deps: ApiDeps): (ctx: Context) => Promise<void> {
  const { services, issuer, authenticate } = deps;
  const match = createRoutes(NOUNS.flatMap((noun) => noun.endpoints));
  const limits = createCallLimits(deps.connection, deps.limits);
  const readInput = createReadInput(createCursors(deps.signer));
  const kept = createKeptAnswers<Kept>(services, deps.encryption);
  const described = describePaths(deps);

  return async function serve(ctx) {
    const page = described.get(ctx.path);
    if (page) return page(ctx);
    // No answer of a call is anybody else's.
    ctx.set('Cache-Control', 'no-store');
    const found = ctx.path.startsWith(`${VERSION}/`) ? match(ctx.method, ctx.path.slice(VERSION.length)) : undefined;
    if (!found) throw new RollcallError('not_found', 404, 'There is nothing at this address.');
    if (found.kind === 'method') throw notTaken(ctx, found.allow);
    const { endpoint, params } = found;
    Object.assign(ctx, { _matchedRoute: VERSION + endpoint.path });
    const caller = await recognize(ctx);
    await limits.count(ctx, caller.key);
    const organization = await authorize(services, issuer, ctx, caller, {
      permissions: endpoint.permissions,
      organization: params.org,
    });
    const input = await readInput(ctx, endpoint, params, organization);
    const call = { services, issuer, actor: caller.actor, params, organization, ...input };
    await withIdempotency(ctx, kept, { endpoint, caller, text: input.text }, async () =>
      respond(ctx, endpoint, input, await endpoint.handle(call as never)),
    );
  };

  async function recognize(ctx: Context): Promise<Caller> {
    try {
      return await authenticate(ctx);
    } catch (error) {
      // Who brings no token has tried nothing.
      if (error instanceof RollcallError && error.status === 401 && ctx.get('Authorization'))
        await limits.countFailure(ctx);
      throw error;
    }
  }
}

/** @returns what was answered; a stream isn't kept */
function respond(ctx: Context, endpoint: Endpoint, input: Input, answer: Answer): Kept {
  const kept = keptOf(endpoint, input, answer);
  give(ctx, kept);
  if (answer.stream) {
    const { type, content } = answer.stream;
    ctx.type = type;
    ctx.body = content;
    // One that breaks off isn't whole, and its reader doesn't wait for the rest.
    content.once('close', () => {
      if (!content.readableEnded && !ctx.res.writableEnded) ctx.res.destroy();
    });
  }
  if (kept.headers.ETag && isKnown(ctx, kept.headers.ETag)) ctx.status = 304;
  return kept;
}

function keptOf({ answer, list }: Endpoint, { seal }: Input, { body, revision, location }: Answer): Kept {
  const empty = answer.status === 204;
  return {
    status: answer.status,
    body: empty ? null : ((list ? seal(body) : body) ?? null),
    headers: {
      ...(location === undefined ? {} : { Location: VERSION + location }),
      ...(empty || revision === undefined ? {} : { ETag: tagOf(revision, body) }),
    },
  };
}

function notTaken(ctx: Context, allow: string): RollcallError {
  ctx.set('Allow', allow);
  return new RollcallError('method_not_allowed', 405, `This address takes ${allow}.`);
}

/** What needs no token. Both are made once. */
function describePaths(deps: ApiDeps): Map<string, (ctx: Context) => void> {
  const document = describeApi(NOUNS, { issuer: deps.issuer, version: deps.version });
  const json = JSON.stringify(document);
  let html: string | undefined;
  const readOnly = (show: (ctx: Context) => void) => (ctx: Context) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw notTaken(ctx, 'GET, HEAD');
    Object.assign(ctx, { _matchedRoute: ctx.path });
    ctx.set('Cache-Control', 'no-cache');
    show(ctx);
  };
  return new Map([
    [
      '/api/openapi.json',
      readOnly((ctx) => {
        ctx.type = 'json';
        ctx.body = json;
      }),
    ],
    [
      '/api/docs',
      readOnly((ctx) => {
        html ??= deps.docsPage(docsOf(document));
        ctx.type = 'html';
        ctx.body = html;
      }),
    ],
  ]);
}
