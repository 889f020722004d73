import type { Command } from 'commander';
import { applyProvisioning } from '../services/provisioning/index.js';
import { readProvisioningFile } from '../services/provisioning/read-file.js';
import { print, withServices } from './running.js';

export function applyCommand(program: Command): void {
  program
    .command('apply')
    .description('make what a provisioning file declares (YAML or JSON); a running server sees it at once')
    .argument('<file>', 'the provisioning file')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  $ rollcall apply config/demo.yaml')
    .action(async (file: string, options: { json?: boolean }) => {
      const input = await readProvisioningFile(file);
      const { applied } = await withServices((services) => applyProvisioning(services, input));
      if (options.json) print(JSON.stringify({ applied }));
      else print(applied.length ? applied.join('\n') : 'Nothing to change');
    });
}
