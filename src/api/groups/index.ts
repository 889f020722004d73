import type { Noun } from '../endpoint.js';
import { groupEndpoints } from './endpoints.js';
import { groupMemberEndpoints } from './members.js';

export const groups: Noun = {
  name: 'groups',
  description: 'Named sets of members that carry roles: everyone in one holds them as if directly.',
  endpoints: [...groupEndpoints, ...groupMemberEndpoints],
};
