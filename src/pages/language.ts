/**
 * In which language a page is: what an application asks for (`ui_locales`), else the person's own setting, else what their browser says,
 * else English.
 */
import type { Context } from 'koa';
import { type RequestFacts, requestFacts } from '../lib/request-facts.js';
import type { User } from '../models/index.js';
import type { ServiceContext } from '../services/context.js';
import type { Catalogue, Texts } from '../texts/catalogue.js';
import { acceptedLanguages, firstKnown } from '../texts/negotiate.js';

/** What the pages know of whoever asks. */
type Heard = Pick<RequestFacts, 'acceptLanguage' | 'language'>;

/** The language of a request. @param facts those of the request under way unless given */
export const textsFor = (catalogue: Catalogue, facts: Heard | undefined = requestFacts()): Texts =>
  catalogue.in(
    firstKnown(catalogue.languages, [facts?.language, ...acceptedLanguages(facts?.acceptLanguage)]) ?? undefined,
  );

/** The same outside of the scope of a request, as where an error is shown. */
export const heardFrom = (ctx: Context): Heard =>
  requestFacts() ?? {
    acceptLanguage: ctx.headers['accept-language'],
    language: ctx.state.language,
  };

/** From here on the request is answered in the first of these that there is, where one is. */
export function speak(ctx: Context, catalogue: Catalogue, wanted: readonly (string | undefined)[]): void {
  const language = firstKnown(catalogue.languages, wanted);
  if (!language) return;
  ctx.state.language = language;
  const facts = requestFacts();
  if (facts) facts.language = language;
}

/**
 * What was asked for (`ui_locales`) comes before the person's own setting, which is looked up only where nothing else decides.
 * @param asked BCP 47 tags; those that there is no language for count for nothing
 * @param whose who is signed in, where somebody is
 */
export async function speakAsWanted(
  ctx: Context,
  { catalogue, services }: { catalogue: Catalogue; services: ServiceContext },
  asked: readonly string[],
  whose: string | undefined,
): Promise<void> {
  const decided = firstKnown(catalogue.languages, asked);
  const user = decided || !whose ? undefined : await services.reads.user(whose);
  speak(ctx, catalogue, user ? [ownLanguage(user)] : [decided]);
}

/** The person's own setting is the standard claim `locale`. */
export const ownLanguage = ({ profile }: Pick<User, 'profile'>): string | undefined =>
  typeof profile?.locale === 'string' ? profile.locale : undefined;

/** `ui_locales` (OIDC Core 3.1.2.1): tags with spaces between. */
export const uiLocales = (value: unknown): string[] =>
  typeof value === 'string' ? value.slice(0, 200).split(' ').filter(Boolean) : [];
