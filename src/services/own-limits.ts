import type { Connection } from 'mongoose';
import { limiters, networkOf, take } from './limiters.js';

const HOUR = 60 * 60;

/** Counts what costs the server much and a person does rarely, across processes. */
export interface OwnLimits {
  /** Takes one upload of a picture. @returns false where this account, or this network, has made too many lately. */
  mayUpload(userId: string, address: string): Promise<boolean>;
  /** The same of a copy of one's data. */
  mayExport(userId: string, address: string): Promise<boolean>;
}

export function createOwnLimits(connection: Connection): OwnLimits {
  const make = limiters(connection);
  const both = (name: string, ofAccount: number, ofNetwork: number) => {
    const accounts = make(`${name}:account`, ofAccount, HOUR);
    const networks = make(`${name}:network`, ofNetwork, HOUR);
    return async (userId: string, address: string) =>
      (await take(accounts, userId)) && (await take(networks, networkOf(address)));
  };
  return { mayUpload: both('picture', 30, 300), mayExport: both('own-data', 6, 60) };
}
