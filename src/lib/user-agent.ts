/** What a `User-Agent` says, in words for people: a browser and a system. Pure, and never sure: anyone may send anything. */

/** Null: unknown. */
export interface DescribedUserAgent {
  browser: string | null;
  system: string | null;
}

type Rule = readonly [name: string, sign: RegExp];

/** In this order: most browsers also call themselves those that come later. */
const BROWSERS: readonly Rule[] = [
  ['Edge', /\b(?:Edg|EdgA|EdgiOS|Edge)\//],
  ['Opera', /\b(?:OPR|OPiOS|OPT|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Yandex Browser', /\bYaBrowser\//],
  ['DuckDuckGo', /\b(?:DuckDuckGo|Ddg)\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//],
  ['Safari', /\bVersion\/[\d.]+.*\bSafari\//],
  ['Internet Explorer', /\bTrident\/|\bMSIE /],
];

const SYSTEMS: readonly Rule[] = [
  ['iPhone', /\biPhone\b|\biPod\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMacintosh\b|\bMac OS X\b/],
  ['Linux', /\bLinux\b|\bX11\b/],
];

/** Longer than any browser's; what comes behind isn't looked at. */
const MOST = 512;

const named = (rules: readonly Rule[], text: string): string | null =>
  rules.find(([, sign]) => sign.test(text))?.[0] ?? null;

/**
 * @param userAgent the header as it came, or what was kept of it
 * @returns names as their makers write them, the same in every language
 */
export function describeUserAgent(userAgent: string | null | undefined): DescribedUserAgent {
  const text = (userAgent ?? '').slice(0, MOST);
  return { browser: named(BROWSERS, text), system: named(SYSTEMS, text) };
}
