/** What a check found. `problem`: something doesn't work or isn't safe; `warning`: it works, and could be better. */
export interface Finding {
  area: Area;
  outcome: 'ok' | 'warning' | 'problem';
  /** What is so, in one line. */
  what: string;
  /** What to do about it, in one line. */
  advice?: string;
}

export const AREAS = [
  'Machine',
  'Configuration',
  'Data folder',
  'Store',
  'Keys',
  'Issuer',
  'Mail',
  'Operators',
] as const;
export type Area = (typeof AREAS)[number];

/** The findings of one area, as a check adds them. */
export function findingsOf(area: Area) {
  const found: Finding[] = [];
  return {
    found,
    ok: (what: string) => void found.push({ area, outcome: 'ok', what }),
    warning: (what: string, advice: string) => void found.push({ area, outcome: 'warning', what, advice }),
    problem: (what: string, advice: string) => void found.push({ area, outcome: 'problem', what, advice }),
  };
}
