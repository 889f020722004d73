import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from './report.js';

interface Frame {
  functionName: string;
  url: string;
  /** Both from 0. */
  lineNumber: number;
  columnNumber: number;
}

interface Profile {
  nodes: { id: number; callFrame: Frame }[];
  samples: number[];
}

/** Says where the processor's time went: by package, and the functions that took most of it themselves. */
export function summarize(folder: string): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const { nodes, samples } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile;
    const byId = new Map(nodes.map((node) => [node.id, inSource(node.callFrame)]));
    const packages = new Map<string, number>();
    const functions = new Map<string, number>();
    let busy = 0;
    for (const id of samples) {
      const frame = byId.get(id);
      if (!frame || frame.functionName === '(idle)') continue;
      busy += 1;
      count(packages, packageOf(frame.url, frame.functionName));
      count(
        functions,
        `${frame.functionName || '(anonymous)'} ${frame.url.split('/').slice(-2).join('/')}:${frame.lineNumber + 1}`,
      );
    }
    process.stdout.write(`\n${join(folder, file)}: share of the busy time\n`);
    table(top(packages, busy, 12));
    table(top(functions, busy, 20));
  }
}

const maps = new Map<string, SourceMap | undefined>();

/** A frame of a built file, at its place in the source: what was bundled is told apart by that alone. */
function inSource(frame: Frame): Frame {
  const { url, lineNumber, columnNumber } = frame;
  if (!maps.has(url)) {
    const file = url.startsWith('file:') ? `${fileURLToPath(url)}.map` : '';
    maps.set(url, existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined);
  }
  const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
  if (!entry || !('originalSource' in entry)) return frame;
  return { ...frame, url: new URL(entry.originalSource, url).href, lineNumber: entry.originalLine };
}

const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

const top = (map: Map<string, number>, total: number, most: number) =>
  [...map]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([name, samples]) => [name, `${((samples / total) * 100).toFixed(1)} %`]);

function packageOf(url: string, name: string): string {
  const [, inside] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (inside) return inside;
  if (url.includes('/src/')) return `rollcall ${url.split('/src/')[1]?.split('/')[0] ?? ''}`;
  return url.startsWith('node:') ? 'node' : name.startsWith('(') ? name : 'native';
}
