import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './report.js';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
}

/** Says where the processor's time went: by package, and the functions that took most of it themselves. */
export function summarize(folder: string): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const { nodes, samples } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile;
    const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
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

const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

const top = (map: Map<string, number>, total: number, most: number) =>
  [...map]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([name, samples]) => [name, `${((samples / total) * 100).toFixed(1)} %`]);

function packageOf(url: string, name: string): string {
  const [, inside] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (inside) return inside;
  if (url.includes('/dist/')) return `rollcall ${url.split('/dist/')[1]?.split('/')[0] ?? ''}`;
  return url.startsWith('node:') ? 'node' : name.startsWith('(') ? name : 'native';
}
