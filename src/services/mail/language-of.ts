import type { User } from '../../models/index.js';

/** In which language somebody is written to: their own setting, else that in which they made the account. */
export const languageOf = ({ profile, language }: Pick<User, 'profile' | 'language'>): string | undefined =>
  typeof profile?.locale === 'string' ? profile.locale : language;
