/** A page in the hands of somebody without a mouse. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

type Role = Parameters<Page['getByRole']>[0];

interface Focus {
  /** Its place among the page's stops. */
  stop: number;
  name: string;
  /** Why a person wouldn't see it. */
  fault?: string;
}

/** More than any page has. */
const MOST = 200;

const source = readFileSync(fileURLToPath(new URL('focus.js', import.meta.url)), 'utf8');

/** Pages of this context tell where their focus is. */
export async function watchFocus(context: BrowserContext): Promise<void> {
  await context.addInitScript(source);
}

export const focusOf = (page: Page): Promise<Focus> => page.evaluate('theFocus.at()');

/** Whether it is on the control of this role and name. */
export const isOn = async (page: Page, role: Role, name: string): Promise<boolean> =>
  (await page.getByRole(role, { name, exact: true }).and(page.locator(':focus')).count()) === 1;

/** Presses Tab until the control of this role and name has the focus, and sees it at every stop. */
export async function tabTo(page: Page, role: Role, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < MOST; presses += 1) {
    await page.keyboard.press(key);
    const { name: at, fault } = await focusOf(page);
    passed.push(at);
    // From the last control it leaves the page, and comes in again at the other end.
    if (at) expect(fault, page.url()).toBeUndefined();
    // Only what could have this name is asked for it: that takes longer than to press Tab.
    if (at.includes(name.split(' ')[0] as string) && (await isOn(page, role, name))) return;
  }
  throw new Error(`${role} “${name}” can’t be reached on ${page.url()}: ${passed.slice(0, 60).join(' | ')}`);
}

/** Opens what has the focus, or sends its form, and waits for the page that comes of it. */
export async function pressEnter(page: Page): Promise<void> {
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')]);
}

/** Goes to a link or button and opens it. */
export async function open(page: Page, role: 'link' | 'button', name: string): Promise<void> {
  await tabTo(page, role, name);
  await pressEnter(page);
}

/** Goes to a field and types. What was in it is replaced. */
export async function type(page: Page, role: Role, name: string, text: string): Promise<void> {
  await tabTo(page, role, name);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

/** Opens a picker and takes an option by the arrows. */
export async function pick(page: Page, name: string, option: string): Promise<void> {
  await tabTo(page, 'combobox', name);
  await page.keyboard.press('Space');
  for (let presses = 0; presses < MOST; presses += 1) {
    await page.keyboard.press('ArrowDown');
    if ((await page.locator('option:focus').textContent())?.trim().startsWith(option)) break;
  }
  expect((await focusOf(page)).fault).toBeUndefined();
  await page.keyboard.press('Enter');
  expect(await isOn(page, 'combobox', name)).toBe(true);
}

/** Walks through the whole page. @returns what Tab doesn't reach, or where nobody sees the focus */
export async function faultsOfWalk(page: Page): Promise<string[]> {
  const stops: string[] = await page.evaluate('theFocus.stops()');
  const left = new Set(stops.keys());
  const faults: string[] = [];
  for (let presses = 0; presses < stops.length * 2 + 2 && left.size > 0; presses += 1) {
    await page.keyboard.press('Tab');
    const { name, stop, fault } = await focusOf(page);
    if (name && fault) faults.push(fault);
    left.delete(stop);
  }
  return [...faults, ...[...left].map((stop) => `${stops[stop]} isn’t reached`)];
}
