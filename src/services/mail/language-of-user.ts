import type { User } from '../../models/index.js';

/** In which languages somebody gets mails, the best first: their own setting, then the one in which they made the account. */
export function languageOfUser({ profile, language }: Pick<User, 'profile' | 'language'>): readonly string[] {
  return [profile?.locale, language].filter((tag): tag is string => typeof tag === 'string' && tag !== '');
}
