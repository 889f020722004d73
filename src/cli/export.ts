import type { Command } from 'commander';
import type { ExportPart } from '../services/export/index.js';
import { find } from './organization.js';
import { withServices } from './running.js';
import { subcommand } from './subcommand.js';

interface ExportCommandOptions {
  json?: boolean;
  organization?: string;
  users: boolean;
  withHashes?: boolean;
}

export function exportCommand(program: Command): void {
  subcommand(program, 'export', 'write the provisioning file that would make what is stored', 'export state.yaml')
    .argument('[file]', 'where to; - is the output', '-')
    .option('--organization <organization>', 'that organization and its members alone; by id or slug')
    .option('--no-users', 'leave the users out')
    .option('--with-hashes', 'with the hashes of passwords and of clients’ secrets: keep the file like the store')
    .action((path: string, options: ExportCommandOptions) =>
      withServices(async (services) => {
        const [{ exportState }, { writeTo }] = await Promise.all([
          import('../services/export/index.js'),
          import('./write-to.js'),
        ]);
        const organization =
          options.organization === undefined ? undefined : await find(services, options.organization);
        const parts = exportState(services, {
          organization,
          users: options.users,
          withHashes: options.withHashes ?? false,
        });
        await writeTo(path, options.json ? asJson(parts) : asYaml(parts));
      }),
    );
}

/** One key for each section, however many parts it comes in. Lists of plain values stand on one line. */
async function* asYaml(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  const { Document, isCollection, visit } = await import('yaml');
  let current: string | undefined;
  for await (const { section, entries } of parts) {
    if (entries.length === 0) continue;
    if (section !== current) yield `${section}:\n`;
    current = section;
    const document = new Document(entries);
    visit(document, {
      Seq(_key, list) {
        if (list !== document.contents && !list.items.some(isCollection)) list.flow = true;
      },
    });
    yield document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: false });
  }
  if (!current) yield '{}\n';
}

/** One object, an entry a line. */
async function* asJson(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  let current: string | undefined;
  for await (const { section, entries } of parts) {
    if (entries.length === 0) continue;
    const before = section === current ? ',\n' : `${current ? '\n],' : '{'}\n${JSON.stringify(section)}: [\n`;
    current = section;
    yield before + entries.map((entry) => JSON.stringify(entry)).join(',\n');
  }
  yield current ? '\n]\n}\n' : '{}\n';
}
