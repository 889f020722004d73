import type { Command } from 'commander';
import type { PreviewedClaim, TokenPreview } from '../oidc/preview.js';
import type { JsonOption } from './options.js';
import { print, printJson, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';
import { table } from './table.js';

interface PreviewOptions extends JsonOption {
  application: string;
  user: string;
  organization?: string;
  api?: string;
  scope: string;
}

export function tokenCommands(program: Command): void {
  const token = noun(
    program,
    'token',
    'what tokens say',
    'token preview --application example-app --user ada@acme.test',
  );
  subcommand(
    token,
    'preview',
    'show the tokens that a user would get, each claim with where it comes from; nothing is issued',
    'token preview --application example-app --user ada@acme.test --organization acme',
  )
    .requiredOption('--application <client-id>', 'the application')
    .requiredOption('--user <user>', 'an id or e-mail address')
    .option('--organization <organization>', 'the organization of the login; by id or slug')
    .option('--api <identifier>', 'the API that the access token is for; else the application’s default one')
    .option('--scope <scopes>', 'what the application asks for', 'openid profile email')
    .action(preview);
}

const preview = (options: PreviewOptions) =>
  withServices(async (services, config) => {
    const [{ previewTokens }, { findUser }, { notFound }, { resolveIssuer }] = await Promise.all([
      import('../oidc/preview.js'),
      import('../services/find-user.js'),
      import('../lib/errors.js'),
      import('../config/index.js'),
    ]);
    const application = (await services.catalog.current()).applications.get(options.application);
    if (!application) throw notFound(`There is no application ${options.application}.`);
    const user = await findUser(services, options.user);
    const issuer = resolveIssuer(config, config.port);
    const made = await previewTokens(
      { services, issuer },
      {
        application,
        user,
        organization: options.organization,
        api: options.api,
        scope: options.scope.split(' ').filter(Boolean),
      },
    );
    if (options.json) printJson(made);
    else print(readable(made));
  });

function readable(made: TokenPreview): string {
  const { organization, idToken, accessToken, introspection, dropped } = made;
  const audience = accessToken.audience ?? 'userinfo';
  const parts: [string, string][] = [
    ['Organization', organization ? `${organization.name} (${organization.slug}, ${organization.id})` : 'none'],
    ['ID token', idToken ? claims(idToken) : 'none, without the scope openid'],
    [
      `Access token for ${audience} (${accessToken.format})`,
      accessToken.format === 'jwt' ? claims(accessToken.claims) : 'says nothing by itself',
    ],
    [
      introspection ? `Introspection by ${introspection.by}` : 'Introspection',
      introspection ? claims(introspection.claims) : 'the API has no client to ask with',
    ],
  ];
  if (dropped.length)
    parts.push([
      'Scopes that are left out',
      table(
        ['scope', 'why'],
        dropped.map(({ scope, reason }) => [scope, reason]),
      ),
    ]);
  return parts.map(([heading, text]) => `${heading}\n${text.replace(/^/gm, '  ')}`).join('\n\n');
}

const claims = (list: PreviewedClaim[]) =>
  table(
    ['claim', 'value', 'from'],
    list.map(({ name, value, from }) => [name, value === undefined ? '…' : shown(value), from]),
  );

/** Empty lists are said: that there are no roles is an answer. */
const shown = (value: unknown) => (Array.isArray(value) && value.length === 0 ? '[]' : value);
