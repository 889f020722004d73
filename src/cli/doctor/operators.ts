import { SYSTEM_ORGANIZATION } from '../../access/can.js';
import type { Models } from '../../models/index.js';
import { type Finding, findingsOf } from './finding.js';

/** Whether somebody operates this server (R14). */
export async function checkOperators(models: Models): Promise<Finding[]> {
  const { found, ok, warning } = findingsOf('Operators');
  const claim = await models.Claim.findById(`slug:${SYSTEM_ORGANIZATION}`).lean();
  const system = claim ? await models.Organization.findById(claim.owner, { administrators: 1 }).lean() : null;
  const count = system?.administrators.length ?? 0;
  if (count === 0)
    warning(
      'Nobody operates this server yet',
      'Open the link of the log line with "event":"setup", or the one that rollcall setup link prints.',
    );
  else if (count === 1) warning('There is one operator', 'Make a second one, so that nobody is locked out.');
  else ok(`There are ${count} operators`);
  return found;
}
