import type { Command } from 'commander';
import { loadConfig } from '../config/index.js';
import type { Finding } from './doctor/index.js';
import { EX, print, printJson } from './running.js';
import { subcommand } from './subcommand.js';

export function doctorCommand(program: Command): void {
  subcommand(
    program,
    'doctor',
    'look at configuration, store, keys, issuer and mail, and say what to do; exits 1 when there is a problem',
    'doctor',
  ).action(async ({ json }: { json?: boolean }) => {
    const config = loadConfig(process.env);
    const { AREAS, examine } = await import('./doctor/index.js');
    const findings = await examine(config, process.env.NODE_ENV);
    const count = (outcome: Finding['outcome']) => findings.filter((one) => one.outcome === outcome).length;
    const [problems, warnings] = [count('problem'), count('warning')];
    if (json) printJson({ problems, warnings, findings });
    else {
      for (const area of AREAS) printArea(area, findings);
      print(`${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`);
    }
    if (problems) process.exitCode = EX.refused;
  });
}

function printArea(area: string, findings: readonly Finding[]): void {
  const mine = findings.filter((finding) => finding.area === area);
  if (!mine.length) return;
  print(area);
  for (const { outcome, what, advice } of mine) {
    print(`  ${outcome.padEnd(8)} ${what}`);
    if (advice) print(`           ${advice}`);
  }
  print('');
}

const counted = (number: number, noun: string) => `${number || 'No'} ${noun}${number === 1 ? '' : 's'}`;
