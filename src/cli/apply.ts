import type { Command } from 'commander';
import type { Step } from '../services/provisioning/index.js';
import { EX, print, printJson, withServices } from './running.js';
import { subcommand } from './subcommand.js';
import { cell } from './table.js';

export function applyCommand(program: Command): void {
  subcommand(
    program,
    'apply',
    'make what a provisioning file declares (YAML or JSON); a running server sees it at once',
    'apply config/demo.yaml --dry-run',
  )
    .argument('<file>', 'the provisioning file')
    .option('--dry-run', 'say what would change, and write nothing')
    .action(async (path: string, options: { json?: boolean; dryRun?: boolean }) => {
      if (options.dryRun) return void (await dryRun(path, options.json));
      const input = await read(path);
      const { applyProvisioning } = await import('../services/provisioning/index.js');
      const { applied } = await withServices((services) => applyProvisioning(services, input));
      if (options.json) print(JSON.stringify({ applied }));
      else print(applied.length ? applied.join('\n') : 'Nothing to change');
    });
}

export function diffCommand(program: Command): void {
  subcommand(
    program,
    'diff',
    'say what applying a provisioning file would change; exits 0 when nothing would, 1 when something would',
    'diff config/demo.yaml',
  )
    .argument('<file>', 'the provisioning file')
    .action(async (path: string, options: { json?: boolean }) => {
      if (await dryRun(path, options.json)) process.exitCode = EX.refused;
    });
}

async function read(path: string): Promise<unknown> {
  const { readProvisioningFile } = await import('../services/provisioning/read-file.js');
  return readProvisioningFile(path);
}

/** @returns whether something would change */
async function dryRun(path: string, json = false): Promise<boolean> {
  const input = await read(path);
  const { planProvisioning, announcementOf, lineOf } = await import('../services/provisioning/index.js');
  const steps = await withServices((services) => planProvisioning(services, input));
  if (json) printJson({ changes: steps.map((step) => ({ line: lineOf(step), ...machineReadable(step) })) });
  else print(steps.length ? steps.map((step) => readable(step, announcementOf)).join('\n') : 'Nothing to change');
  return steps.length > 0;
}

const machineReadable = ({ path, verb, object, properties }: Step) => ({ path, verb, object, properties });

/** `Would change the application x`, and below it what of it. */
function readable(step: Step, announce: (step: Step) => string): string {
  const lines = step.properties.map(({ property, before, after, secret }) => {
    if (secret) return `  ${property}: ${step.verb === 'create' ? 'set' : 'changed'}`;
    return before === null && step.verb === 'create'
      ? `  ${property}: ${cell(after)}`
      : `  ${property}: ${cell(before)} → ${cell(after)}`;
  });
  return [announce(step), ...lines].join('\n');
}
