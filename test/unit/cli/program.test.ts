import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/cli/program.js';
import { fail } from '../../../src/cli/running.js';

const src = fileURLToPath(new URL('../../../src', import.meta.url));

function* walk(command: Command, path: string[] = []): Generator<{ command: Command; path: string[] }> {
  yield { command, path };
  for (const inner of command.commands) yield* walk(inner, [...path, inner.name()]);
}

const quiet = (command: Command, written: string[]): void => {
  command.configureOutput({ writeOut: (text) => written.push(text), writeErr: (text) => written.push(text) });
  for (const inner of command.commands) quiet(inner, written);
};

async function run(...args: string[]): Promise<{ error: unknown; text: string }> {
  const program = createProgram();
  const written: string[] = [];
  quiet(program, written);
  const error = await program.parseAsync(['node', 'rollcall', ...args]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, text: written.join('') };
}

const paths = [...walk(createProgram())].map(({ path }) => path);

describe('every subcommand', () => {
  it.each(paths.map((path) => [path.join(' ') || 'rollcall itself', path] as const))(
    '%s has a description, an example and help that exits 0',
    async (_name, path) => {
      const { error, text } = await run(...path, '--help');
      expect(error).toBeInstanceOf(CommanderError);
      expect(fail(error, false)).toBe(0);
      const [command] = [...walk(createProgram())].filter((one) => one.path.join() === path.join());
      expect(command?.command.description()).toMatch(/^\S.{10,}/);
      expect(text).toContain(command?.command.description().split(' ').slice(0, 3).join(' '));
      expect(text).toMatch(/\nExample:\n {2}\$ rollcall \S/);
    },
  );

  it('takes an example that it could run', async () => {
    for (const path of paths) {
      const { text } = await run(...path, '--help');
      const example = /\$ rollcall (.*)/.exec(text)?.[1] ?? '';
      const words = example.match(/"[^"]*"|\S+/g)?.filter((word) => !['<', 'file'].includes(word)) ?? [];
      const [command] = [...walk(createProgram())].filter(
        (one) =>
          one.path.length &&
          one.path.join(' ') === words.slice(0, one.path.length).join(' ') &&
          !one.command.commands.length,
      );
      expect(command, example).toBeDefined();
      for (const option of words.filter((word) => word.startsWith('--')))
        expect(
          command?.command.options.map((one) => one.long),
          example,
        ).toContain(option);
    }
  });
});

describe('bad usage', () => {
  it.each([
    ['no subcommand', []],
    ['an unknown subcommand', ['aply']],
    ['a noun alone', ['user']],
    ['an unknown verb', ['user', 'frobnicate']],
    ['an unknown option', ['user', 'list', '--frce']],
    ['a missing argument', ['user', 'show']],
    ['one argument too many', ['user', 'show', 'a', 'b']],
    ['a missing option', ['role', 'create', 'x']],
    ['an option without its value', ['user', 'list', '--limit']],
    ['a limit that is none', ['user', 'list', '--limit', 'many']],
    ['a limit of zero', ['member', 'list', 'acme', '--limit', '0']],
    ['a limit that is too large', ['organization', 'list', '--limit', '101']],
    ['nothing to change', ['role', 'change', 'billing']],
    ['permissions and none at once', ['role', 'change', 'billing', '--permission', 'a:b', '--no-permissions']],
    ['a policy that is none', ['organization', 'create', '--name', 'X', '--join-policy', 'closed']],
    ['an empty name', ['organization', 'create', '--name', ' ']],
    ['an address that is none', ['user', 'create', 'nobody', '--name', 'N']],
  ])('%s exits 64', async (_name, args) => {
    const { error } = await run(...args);
    expect(fail(error, false)).toBe(64);
  });
});

it('help needs nothing but the parser of arguments: the store, the protocol and the file’s schema are loaded when they are used', () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, typeOnly, specifier = ''] of text.matchAll(
      /^(?:import|export)\s+(type\s)?[^;]*?\sfrom\s+'([^']+)'/gm,
    )) {
      if (typeOnly) continue;
      if (specifier.startsWith('.')) visit(resolve(dirname(file), specifier.replace(/\.js$/, '.ts')));
      else if (!specifier.startsWith('node:')) packages.add(`${specifier} in ${relative(src, file)}`);
    }
  };
  visit(join(src, 'cli.ts'));
  expect(seen.size).toBeGreaterThan(8);
  // Ids are made by a package of a few lines.
  expect([...packages].filter((one) => !/^(commander|ulid) /.test(one))).toEqual([]);
});
