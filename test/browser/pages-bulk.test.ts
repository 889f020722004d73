import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization, Role, User } from '../../src/models/index.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { makeCrowd } from '../support/bulk.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const CROWD = 120;

let server: TestServer;
let browser: Browser;
let ada: User;
let crowd: Organization;
let team: Organization;
let travel: Role;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { services } = server;
  travel = await makeRole(services, { key: 'travel', name: 'Travel', description: 'Books journeys' });
  ({ admin: ada, organization: crowd } = await makeCrowd(services, CROWD));
  team = await makeOrganization(services, { name: 'Team', founder: ada._id });
  for (const [index, name] of ['Benedikt Oyelaran', 'Chiara Vitale', 'Emeka Mbah', 'نور حداد'].entries()) {
    const user = await makeUser(services, { name, email: `person-${index}@acme.test` });
    await makeMember(services, team._id, user._id);
    if (index === 1)
      await giveRole(services, SYSTEM, { organizationId: team._id, userId: user._id, roleId: travel._id });
  }
  await changeOrganization(services, SYSTEM, crowd, { name: 'Crowd' });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** How many hold the role by now. */
const holders = ({ _id }: Organization) =>
  server.services.models.Membership.countDocuments({ organizationId: _id, 'roles.roleId': travel._id });

const settled = (page: Page) => page.getByText(/(people were|person was) changed/).waitFor({ timeout: 20_000 });

it(`a role is given to ${CROWD} people by a filter: looked at first, applied, and undone`, async () => {
  const { context, page, visit } = await openPages(browser, server, ada, VIEWS[0], { scripts: true });
  await visit(`/organizations/${crowd.slug}/members`);
  await page.getByLabel('Role', { exact: true }).selectOption('Member');
  await page.locator('.pager').getByText(`of ${CROWD}`).waitFor();
  await page.waitForURL(/role=member/);
  await page.locator('tbody input[type=checkbox]').first().check();
  await page.getByLabel(`All ${CROWD} in this list`).check();
  await press(page, 'button', 'Give a role');
  await page.getByLabel('Role', { exact: true }).selectOption('Travel');
  await press(page, 'button', 'Preview');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Give Travel to ${CROWD} people`);
  expect(await holders(crowd)).toBe(0);
  await press(page, 'button', `Apply to ${CROWD} people`);
  await settled(page);
  expect(await holders(crowd)).toBe(CROWD);
  await press(page, 'button', `Undo for ${CROWD} people`);
  await settled(page);
  expect(await holders(crowd)).toBe(0);
  await context.close();
});

describe.each(VIEWS)('in $name', (view) => {
  it('each step of a change of many is looked at', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view, { scripts: true });
    await visit(`/organizations/${team.slug}/members`);
    for (const box of await page.locator('tbody input[type=checkbox]').all()) await box.check();
    await page.getByText('5 selected').first().waitFor();
    await look(page, `members-selected-${view.name}`);
    await press(page, 'button', 'Give a role');
    await page.getByLabel('Role', { exact: true }).selectOption('Travel');
    await look(page, `bulk-new-${view.name}`);
    await press(page, 'button', 'Preview');
    await look(page, `bulk-preview-${view.name}`);
    await press(page, 'button', 'Apply to 4 people');
    await settled(page);
    await look(page, `bulk-done-${view.name}`);
    await press(page, 'button', 'Undo for 4 people');
    await settled(page);
    expect(await holders(team)).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Undoing “Give Travel to 5 people”');
    expect(await page.getByRole('button', { name: 'Give Travel back to 4 people' }).count()).toBe(1);
    await look(page, `bulk-undone-${view.name}`);
    await visit(`/organizations/${team.slug}/bulk/new?action=suspend&everyone=1`);
    await press(page, 'button', 'Preview');
    expect(await page.getByText('An organization needs an administrator.').count()).toBe(1);
    await look(page, `bulk-refused-${view.name}`);
    await press(page, 'button', 'Cancel');
    await context.close();
  });
});

describe.each([VIEWS[1]])('in $name', (view) => {
  it('who gets a role is suggested while somebody types, or chosen in the list, which knows what for', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view, { scripts: true });
    await visit(`/organizations/${crowd.slug}/roles/travel/give`);
    await page.getByLabel('Person').fill('ada');
    await page.locator('#people option').first().waitFor({ state: 'attached' });
    await press(page, 'button', 'Give role');
    await page.getByText('Choose one by their email address.').first().waitFor();
    await look(page, `role-give-several-${view.name}`);
    await press(page, 'link', 'Choose many people');
    await page.getByText('Choose who gets Travel').waitFor();
    await page.getByLabel('Role', { exact: true }).selectOption('Member');
    await page.locator('.pager').getByText(`of ${CROWD}`).waitFor();
    expect(new URL(page.url()).searchParams.get('give')).toBe('travel');
    await page.locator('tbody input[type=checkbox]').first().check();
    await page.getByText('1 selected').first().waitFor();
    await look(page, `members-choose-${view.name}`);
    await press(page, 'button', 'Give role');
    expect(await page.getByLabel('Role', { exact: true }).inputValue()).toBe('travel');
    await look(page, `bulk-new-chosen-${view.name}`);
    await press(page, 'button', 'Preview');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Give Travel to one person');
    await press(page, 'button', 'Cancel');
    await context.close();
  });

  it('who joins a group is too', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view, { scripts: true });
    const group = await makeGroup(server.services, crowd._id, `Crew ${view.name}`);
    await visit(`/organizations/${crowd.slug}/groups/${group._id}`);
    await page.getByLabel('Person').fill('ada');
    await page.locator('#people option').first().waitFor({ state: 'attached' });
    await look(page, `group-add-${view.name}`);
    await press(page, 'link', 'Choose many people');
    await page.getByText(`Choose who joins Crew ${view.name}`).waitFor();
    await page.locator('tbody input[type=checkbox]').first().check();
    await press(page, 'button', 'Add to group');
    expect(await page.getByLabel('Group', { exact: true }).inputValue()).toBe(group._id);
    await context.close();
  });
});

it('who is ticked stays ticked while others are searched for', async () => {
  const { context, page, visit } = await openPages(browser, server, ada, VIEWS[0], { scripts: true });
  await visit(`/organizations/${team.slug}/members`);
  for (const name of ['Emeka Mbah', 'Benedikt Oyelaran']) {
    await page.getByLabel('Search').fill(name.slice(0, 4));
    await expect.poll(() => page.locator('#list tbody th a').allTextContents()).toEqual([name]);
    await page.getByLabel(`Select ${name}`).check();
  }
  await page.getByText('2 selected').first().waitFor();
  await press(page, 'button', 'Give a role');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Give a role to 2 people');
  await context.close();
});

it('all of it works without scripts', async () => {
  const { context, page, visit } = await openPages(browser, server, ada, VIEWS[0]);
  await visit(`/organizations/${crowd.slug}/members?role=member`);
  for (const box of (await page.locator('tbody input[type=checkbox]').all()).slice(0, 3)) await box.check();
  await press(page, 'button', 'Give a role');
  await page.getByLabel('Role', { exact: true }).selectOption('travel');
  await press(page, 'button', 'Preview');
  await press(page, 'button', 'Apply to 3 people');
  const ended = async () => {
    while (!(await page.getByText('people were changed').count())) await page.reload();
  };
  await ended();
  expect(await holders(crowd)).toBe(3);
  await press(page, 'button', 'Undo for 3 people');
  await ended();
  expect(await holders(crowd)).toBe(0);
  await context.close();
});
