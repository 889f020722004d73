import { type Command, Option } from 'commander';
import { loadSecrets } from '../config/index.js';
import type { ChainReport } from '../services/audit/verify-chain.js';
import { type ServiceContext, SYSTEM } from '../services/context.js';
import type { JsonOption } from './options.js';
import { find } from './organization.js';
import { EX, print, printJson, UsageError, withServices } from './running.js';
import { noun, subcommand } from './subcommand.js';
import { visible } from './table.js';

export function auditCommands(program: Command): void {
  const audit = noun(program, 'audit', 'the log of what happened', 'audit verify');
  verifyCommand(audit);
  exportCommand(audit);
}

interface VerifyOptions extends JsonOption {
  organization?: string;
  heads?: string;
}

function verifyCommand(audit: Command): void {
  subcommand(
    audit,
    'verify',
    'look for events that were removed, changed, exchanged or put in; exits 1 when there are some',
    'audit verify --organization acme',
  )
    .option('--organization <organization>', 'that organization’s alone; by id or slug')
    .option('--heads <file>', 'the servers’ log output, whose audit_head lines have to fit; - is the input')
    .addHelpText(
      'after',
      '\nIt reads alone, also beside running servers. The store alone can’t show that the end of a log was cut off by somebody who' +
        '\nhas put back an earlier copy of it: for that, keep the servers’ log output elsewhere, and give it as --heads.',
    )
    .action(verify);
}

async function verify({ json, organization, heads: path }: VerifyOptions): Promise<void> {
  const [
    { createEncryption },
    { openChainKey, readChainKey },
    { verifyChain, organizationsWithEvents },
    { readHeads },
  ] = await Promise.all([
    import('../lib/encryption.js'),
    import('../services/audit/chain-key.js'),
    import('../services/audit/verify-chain.js'),
    import('./read-heads.js'),
  ]);
  const heads = path === undefined ? new Map() : await readHeads(path);
  await withServices(async (services, config) => {
    const sealedKey = await readChainKey(services);
    const reports: object[] = [];
    let faults = 0;
    const told = (report: ChainReport, slug: string) => {
      faults += report.faultCount;
      if (json) reports.push({ slug, ...report });
      else print(describe(report, slug));
    };
    if (sealedKey) {
      const key = openChainKey(sealedKey, createEncryption((await loadSecrets(config)).encryptionKeys));
      const ids = organization === undefined ? undefined : [(await find(services, organization))._id];
      const seen = new Set<string>();
      for await (const id of ids ?? organizationsWithEvents(services)) {
        seen.add(id);
        told(await verifyChain(services, key, id, heads.get(id)), await slugOf(services, id));
      }
      // Of which not even a head is left.
      const gone = ids ? [] : [...heads.keys()].filter((id) => !seen.has(id));
      for (const id of gone) told(await verifyChain(services, key, id, heads.get(id)), await slugOf(services, id));
    }
    if (json) printJson({ faults, organizations: reports });
    else if (!sealedKey) print('There is no log yet: the first start of a server begins it');
    else print(`\n${faults === 0 ? 'Nothing is wrong' : `${faults} wrong`}`);
    if (faults > 0) process.exitCode = EX.refused;
  });
}

const slugOf = async ({ models }: ServiceContext, id: string): Promise<string> =>
  (await models.Organization.findById(id, { slug: 1 }).lean())?.slug ?? id;

function describe({ first, last, verified, unsealed, faults, faultCount }: ChainReport, slug: string): string {
  const range = first === null ? (last ? `none left of ${last}` : 'none sealed') : `${first} to ${last}`;
  const waiting = unsealed ? `, ${unsealed} not sealed yet` : '';
  const lines = [`${visible(slug)}: events ${range}${waiting}; ${verified} verified, ${faultCount} wrong`];
  for (const { number, until, message, id } of faults)
    lines.push(`  ${number === null ? '-' : until ? `${number}-${until}` : number}: ${message}${id ? ` (${id})` : ''}`);
  if (faultCount > faults.length) lines.push('  …');
  return lines.join('\n');
}

interface ExportOptions extends JsonOption {
  organization?: string;
  since?: string;
  until?: string;
  format: 'csv' | 'jsonl';
}

function exportCommand(audit: Command): void {
  subcommand(audit, 'export', 'write events, the oldest first', 'audit export --organization acme --since 2030-01-01')
    .argument('[file]', 'where to; - is the output', '-')
    .option('--organization <organization>', 'that organization’s alone; by id or slug')
    .option('--since <time>', 'from that moment on, such as 2030-01-01 or 2030-01-01T12:00:00Z')
    .option('--until <time>', 'before that moment')
    .addOption(
      new Option('--format <format>', 'as CSV, or a JSON object a line').choices(['csv', 'jsonl']).default('csv'),
    )
    .action(async (path: string, { organization, since, until, format, json }: ExportOptions) => {
      const period = { from: moment('--since', since), until: moment('--until', until) };
      const [{ exportEvents }, { writeTo }] = await Promise.all([
        import('../services/audit/export-events.js'),
        import('./write-to.js'),
      ]);
      await withServices(async (services) => {
        const organizationId = organization === undefined ? undefined : (await find(services, organization))._id;
        await writeTo(path, exportEvents(services, SYSTEM, { organizationId, ...period }, json ? 'jsonl' : format));
      });
    });
}

/** A day, or a moment with its offset: without one it would be another moment on another machine. */
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** @throws UsageError */
function moment(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (!MOMENT.test(text) || Number.isNaN(date.getTime()))
    throw new UsageError(`${option}: expected a day or a moment such as 2030-01-01 or 2030-01-01T12:00:00Z`);
  return date;
}
