import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import { ROOT } from '../lib/root.js';
import type { Mail } from '../services/mail/index.js';
import type { Catalogue } from '../texts/catalogue.js';
import { firstKnown } from '../texts/negotiate.js';
import { letterOf } from './letters.js';
import { textsOfMail, typedLines } from './typed.js';
import { wrap } from './wrap.js';

/** A mail as it is sent. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

export type RenderMail = (mail: Pick<Mail, 'kind' | 'language' | 'about'>) => RenderedMail;

/** Words mails in the reader's language, as text and as HTML: two templates for all of them, since each is a letter of the same parts. */
export function createMailRenderer(catalogue: Catalogue, issuer: string): RenderMail {
  const { host } = new URL(issuer);
  const templates = new Map<string, ejs.TemplateFunction>();
  const template = (name: string): ejs.TemplateFunction => {
    const filename = join(ROOT, 'views', 'mail', `${name}.ejs`);
    const made = templates.get(name) ?? ejs.compile(readFileSync(filename, 'utf8'), { filename });
    templates.set(name, made);
    return made;
  };
  return ({ kind, language, about }) => {
    const texts = textsOfMail(catalogue.in(firstKnown(catalogue.languages, [language].flat())));
    const letter = letterOf(texts, kind, about as never, issuer);
    if (letter.quote) letter.quote = typedLines(letter.quote);
    const model = { letter, language: texts.language, t: texts.t, host, wrap };
    // One line, whatever stands in it.
    const subject = letter.subject.replace(/[\p{Cc}\s]+/gu, ' ').trim();
    return { subject, text: template('text')(model).trim(), html: template('html')(model).trim() };
  };
}
