import type { CatalogSnapshot } from '../../services/catalog.js';
import type { Runtime } from '../runtime.js';
import { apiMetadata, applicationMetadata, CONSOLE_CLIENT_ID, consoleMetadata } from '../settings/clients.js';

/** Clients are read from the catalog: our own records, projected (architecture 6). The library never writes one. */
export class ClientAdapter {
  constructor(private readonly runtime: Runtime) {}

  async find(id: string): Promise<Record<string, unknown> | undefined> {
    const catalog = await this.runtime.services.catalog.current();
    return projectClient(catalog, this.runtime.issuer, id);
  }

  async upsert(): Promise<never> {
    throw new Error('applications are not registered through the library');
  }

  async destroy(): Promise<never> {
    throw new Error('applications are not deleted through the library');
  }
}

function projectClient(catalog: CatalogSnapshot, issuer: string, id: string): Record<string, unknown> | undefined {
  if (id === CONSOLE_CLIENT_ID) return consoleMetadata(issuer);
  const application = catalog.applications.get(id);
  if (application) return applicationMetadata(application);
  const api = catalog.apisByClientId.get(id);
  return api ? apiMetadata(api, id) : undefined;
}
