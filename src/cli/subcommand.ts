import type { Command } from 'commander';

/**
 * Adds a subcommand that has what each has: a description, an example in its help, and `--json`.
 * @param example what follows `$ rollcall `
 */
export function subcommand(parent: Command, usage: string, description: string, example: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option('--json', 'print JSON, errors too')
    .addHelpText('after', `\nExample:\n  $ rollcall ${example}`);
}

/** A noun whose subcommands are its verbs. */
export function noun(parent: Command, name: string, description: string, example: string): Command {
  return parent.command(name).description(description).addHelpText('after', `\nExample:\n  $ rollcall ${example}`);
}
