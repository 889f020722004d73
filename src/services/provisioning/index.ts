/**
 * Provisioning (contract.md): a file of declared state. It is checked whole (its shape, then its references and the rules, against the
 * file and the store) before anything is written. What it names is made so; what it doesn't name is left alone, a property that isn't
 * said too. Applying it twice changes nothing. Administrators are added before any is taken; should a rule refuse nevertheless, for
 * the state changed meanwhile, the error says what was applied, and a second run completes it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, backoffAfter } from '../../lib/backoff.js';
import type { ServiceContext } from '../context.js';
import { planApi, planApplication } from './apply-clients.js';
import { planDomains } from './apply-domains.js';
import { planMemberships } from './apply-memberships.js';
import { planOrganization, planSingleMode } from './apply-organizations.js';
import { planUser, planUserStatus } from './apply-people.js';
import { planDefaultRoles, planRole } from './apply-roles.js';
import { checkFile } from './check.js';
import { ProvisioningError } from './faults.js';
import { execute, type Step } from './plan.js';
import { readShape } from './read-shape.js';
import type { ProvisioningFile } from './schema.js';
import { readState, type StoredState } from './state.js';

export { type Fault, ProvisioningError } from './faults.js';
export { announcementOf, lineOf, type PropertyChange, type Step } from './plan.js';

/**
 * What applying a file would do, in the order in which it would be done. Nothing is written: that is `applyProvisioning`, which does
 * these very steps.
 * @param input the parsed YAML or JSON
 * @throws ProvisioningError with every fault
 */
export async function planProvisioning(context: ServiceContext, input: unknown): Promise<Step[]> {
  const reading = readShape(input);
  const state = await readState(context, reading.file);
  const faults = [...reading.faults, ...checkFile(reading, state)];
  if (faults.length) throw new ProvisioningError(faults);
  return stepsOf(reading.file, state);
}

/**
 * @param input the parsed YAML or JSON
 * @returns what was changed, a line each; none when everything was so already
 * @throws ProvisioningError with every fault
 */
export async function applyProvisioning(context: ServiceContext, input: unknown): Promise<{ applied: string[] }> {
  return { applied: await execute(context, await planProvisioning(context, input)) };
}

/** How often a start applies its file because others are at the same, and how long it lets them go on in between. Milliseconds. */
const RUNS = 8;
const LET_OTHERS: Backoff = { first: 100, most: 2000 };

/**
 * The same for a server that starts. Those that start together apply one file at once, and each finds made what it was about to make: what is
 * left is done by a further run, as by whoever applies a file again.
 */
export async function applyAtStart(context: ServiceContext, input: unknown): Promise<{ applied: string[] }> {
  const before: string[] = [];
  for (let run = 1; ; run += 1) {
    try {
      const { applied } = await applyProvisioning(context, input);
      return { applied: [...before, ...applied] };
    } catch (error) {
      // What they are at the middle of may look like a fault of the file: only once there is somebody.
      const others = error instanceof ProvisioningError && (error.meanwhile || run > 1);
      if (!others || run === RUNS) throw error;
      before.push(...error.applied);
      await sleep(backoffAfter(run, LET_OTHERS));
    }
  }
}

/** What is referred to comes before what refers to it. */
function stepsOf(file: ProvisioningFile, state: StoredState): Step[] {
  const { apis = [], roles = [], applications = [], organizations = [], users = [] } = file;
  return [
    ...apis.flatMap((entry, i) => planApi(state, entry, `apis[${i}]`)),
    ...roles.flatMap((entry, i) => planRole(`roles[${i}]`, null, state.roles.get(entry.key), entry)),
    ...applications.flatMap((entry, i) => planApplication(state, entry, `applications[${i}]`)),
    ...(file.defaultRoles ? planDefaultRoles(state, file.defaultRoles) : []),
    ...organizations.flatMap((entry, i) => planOrganization(state, entry, `organizations[${i}]`)),
    ...planDomains(file, state),
    ...users.flatMap((entry, i) => planUser(state, entry, `users[${i}]`)),
    ...planMemberships(file, state),
    ...organizations.flatMap((entry, i) => planSingleMode(state, entry, `organizations[${i}].roleMode`)),
    ...users.flatMap((entry, i) => planUserStatus(state, entry, `users[${i}].status`)),
  ];
}
