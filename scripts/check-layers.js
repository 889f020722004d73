// Enforces the order of the layers (docs/architecture.md): what each folder of src may import. A new folder needs a line here.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');

/** Folder (or file of src itself): the folders that it may import, besides itself. */
const MAY_IMPORT = {
  access: [],
  lib: [],
  'resource-server': [],
  config: ['lib'],
  models: ['lib'],
  store: ['lib'],
  texts: ['lib'],
  services: ['access', 'lib', 'models'],
  mail: ['lib', 'services', 'texts'],
  oidc: ['access', 'lib', 'models', 'services'],
  middleware: ['lib'],
  pages: ['access', 'lib', 'models', 'middleware', 'oidc', 'services', 'texts'],
  api: ['access', 'lib', 'models', 'middleware', 'oidc', 'services'],
  cli: ['access', 'config', 'lib', 'models', 'oidc', 'services', 'store'],
  process: ['app.ts', 'config', 'lib', 'mail', 'services', 'store'],
  'app.ts': ['lib', 'mail', 'middleware', 'oidc', 'pages', 'api', 'services', 'models', 'texts'],
  'main.ts': ['*'],
  'worker.ts': ['*'],
  'cli.ts': ['*'],
};

/** Packages that only one folder may import. */
const ONLY = {
  'prom-client': ['lib'],
  'oidc-provider': ['oidc'],
  ejs: ['pages', 'mail'],
  nodemailer: ['mail'],
  sharp: ['services'],
  bson: ['store'],
  '@photostructure/sqlite': ['store'],
};
/** Type-only imports of these are fine anywhere: a type carries no behaviour. */
const faults = [];

for (const file of files(src)) {
  const path = relative(src, file);
  const layer = path.includes('/') ? path.split('/')[0] : path;
  const allowed = MAY_IMPORT[layer];
  if (!allowed) {
    faults.push(`${path}: the folder ${layer} has no line in scripts/check-layers.js`);
    continue;
  }
  const text = readFileSync(file, 'utf8');
  if (/process\.env/.test(text) && !['config', 'process', 'main.ts', 'cli.ts', 'cli'].includes(layer)) {
    faults.push(`${path}: only src/config reads process.env`);
  }
  for (const [, typeOnly, specifier] of text.matchAll(
    /(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/g,
  )) {
    if (specifier.startsWith('.')) {
      const target = relative(src, resolve(dirname(file), specifier));
      const targetLayer = target.includes('/') ? target.split('/')[0] : target.replace(/\.js$/, '.ts');
      if (targetLayer !== layer && !allowed.includes('*') && !allowed.includes(targetLayer)) {
        faults.push(`${path}: ${layer} may not import ${targetLayer} (${specifier})`);
      }
    } else {
      const owners = ONLY[specifier];
      if (owners && !owners.includes(layer) && !typeOnly)
        faults.push(`${path}: only ${owners.join(', ')} may import ${specifier}`);
    }
  }
}

for (const fault of faults) console.error(fault);
if (faults.length) process.exit(1);

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (name.endsWith('.ts')) yield path;
  }
}
