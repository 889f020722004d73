// Holds docs/conformance.md to the tests: each row names tests that are there, or says in italics why the duty doesn't apply, and the
// head's counts are true. A test is named as `test/flows/par.test.ts`: its name, up to the first place-holder of a table test.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const document = readFileSync(join(root, 'docs/conformance.md'), 'utf8');
const faults = [];
const cited = new Set();
const count = { duties: 0, reasons: 0 };
const sources = new Map();

for (const [index, line] of document.split('\n').entries()) {
  const cells = cellsOf(line);
  if (cells?.length !== 3 || cells[0] === 'section' || /^-+$/.test(cells[0])) continue;
  const [section, duty, proof] = cells;
  const fault = faultOf(proof);
  if (fault) faults.push(`docs/conformance.md:${index + 1}: ${section}, ${duty || proof}: ${fault}`);
  if (isReason(proof)) count.reasons += 1;
  else count.duties += 1;
}

const counts = `${count.duties} duties, proved by ${cited.size} tests; ${count.reasons} that don't apply.`;
if (!document.includes(counts)) faults.push(`docs/conformance.md: its head should say "${counts}"`);
for (const fault of faults) console.error(fault);
if (faults.length) process.exit(1);
console.log(`Conformance: ${counts}`);

/** A table row's cells without their padding; undefined for another line. */
function cellsOf(line) {
  if (!line.startsWith('|')) return undefined;
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function isReason(proof) {
  return /^_.+\._$/.test(proof);
}

/** What is wrong with a last column; undefined where nothing is. */
function faultOf(proof) {
  if (proof === '' || proof === '?') return 'no test and no reason';
  if (isReason(proof)) return undefined;
  for (const citation of proof.split(/;\s*<br>\s*/)) {
    const [, file, name] = /^`(test\/[\w./-]+\.test\.ts)`: (.+)$/.exec(citation) ?? [];
    if (!file) return `"${citation}" names no test`;
    if (!existsSync(join(root, file))) return `${file} isn't there`;
    if (!holds(file, name)) return `${file} has no test "${name}"`;
    cited.add(`${file}: ${name}`);
  }
  return undefined;
}

/** Whether a test of the file has this name, or begins so where a place-holder follows. */
function holds(file, name) {
  if (!sources.has(file)) sources.set(file, readFileSync(join(root, file), 'utf8'));
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/'/g, "\\\\?'");
  return new RegExp(`(?<!describe)\\(\\s*(['"\`])${literal}(?:\\1|\\s*(?:%|\\$))`).test(sources.get(file));
}
