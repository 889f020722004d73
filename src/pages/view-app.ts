import type { Application } from '../models/index.js';

/** An application as the sign-in family shows it; null for this server's own pages. */
export function viewApp(application: Application | null) {
  if (!application) return null;
  return {
    id: application._id,
    name: application.name,
    ...(application.logoUri ? { logoUri: application.logoUri } : {}),
    ...(application.policyUri ? { policyUri: application.policyUri } : {}),
    ...(application.tosUri ? { tosUri: application.tosUri } : {}),
  };
}
