const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `12h` or `30d` as seconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text.trim());
  if (!match) return undefined;
  const seconds = Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
  return seconds > 0 ? seconds : undefined;
}
