/**
 * Provisioning (contract.md): a file of declared state. It is checked whole (its shape, then its references and the rules, against the
 * file and the store) before anything is written. What it names is made so; what it doesn't name is left alone, a property that isn't
 * said too. Applying it twice changes nothing. Administrators are added before any is taken; should a rule refuse nevertheless, for
 * the state changed meanwhile, the error says what was applied, and a second run completes it.
 */
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
