import { forgetReads, readOnce } from '../lib/read-once.js';
import type { Api, Application, Models, Role } from '../models/index.js';
import { INSTANCE_ID } from '../models/instance.js';
import { MEMBER_ROLE_ID } from '../models/role.js';
import type { Reads } from './reads.js';

/** What rarely changes and is read at every request: applications, APIs and instance-wide roles, as of one version number. */
export interface CatalogSnapshot {
  version: number;
  /** By client id. */
  applications: ReadonlyMap<string, Application>;
  /** By identifier. */
  apis: ReadonlyMap<string, Api>;
  /** By the client id with which an API introspects. */
  apisByClientId: ReadonlyMap<string, Api>;
  /** Instance-wide roles by id, with the markers of those that are gone (R5). */
  roles: ReadonlyMap<string, Role>;
  /** Those that are there, by key. */
  rolesByKey: ReadonlyMap<string, Role>;
  /** Role ids of the instance's default roles. */
  defaultRoles: readonly string[];
  /** How often the instance's settings were changed. */
  revision: number;
}

export interface Catalog {
  /** Today's snapshot: one small read when nothing changed. Another process's change is seen at once, never by a timer. */
  current(): Promise<CatalogSnapshot>;
  /** To be called after each change of what the catalog holds; every process then reads it anew. */
  changed(): Promise<void>;
}

export function createCatalog(models: Models, reads: Reads): Catalog {
  let cached: CatalogSnapshot | undefined;
  let loading: Promise<CatalogSnapshot> | undefined;

  async function load(): Promise<CatalogSnapshot> {
    // The number first: a change during the reads bumps it again, and the next reader loads once more.
    const instance = await models.Instance.findById(INSTANCE_ID).lean();
    const [applications, apis, roles] = await Promise.all([
      models.Application.find().lean(),
      models.Api.find().lean(),
      models.Role.find({ organizationId: null }, { pendingEvents: 0 }).lean(),
    ]);
    return {
      version: instance?.version ?? 0,
      applications: new Map(
        applications.filter((one) => !one.deletedAt).map((application) => [application._id, application]),
      ),
      apis: new Map(apis.map((api) => [api._id, api])),
      apisByClientId: new Map(apis.flatMap((api) => (api.introspection ? [[api.introspection.clientId, api]] : []))),
      roles: new Map(roles.map((role) => [role._id, role])),
      rolesByKey: new Map(roles.filter((role) => !role.deleted).map((role) => [role.key, role])),
      defaultRoles: instance?.defaultRoles ?? [MEMBER_ROLE_ID],
      revision: instance?.revision ?? 0,
    };
  }

  async function current(): Promise<CatalogSnapshot> {
    const version = await reads.version();
    if (cached?.version === version) return cached;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    const loaded = await loading;
    // A load that began before this reader's number was written may be older than what the reader must see.
    cached = loaded.version >= version ? loaded : await load();
    return cached;
  }

  return {
    current: () => readOnce('catalog', current),
    async changed() {
      await models.Instance.updateOne({ _id: INSTANCE_ID }, { $inc: { version: 1 } }, { upsert: true });
      forgetReads();
    },
  };
}
