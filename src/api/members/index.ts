import type { Noun } from '../endpoint.js';
import { memberEndpoints } from './endpoints.js';
import { memberRoleEndpoints } from './roles.js';
import { memberSessionEndpoints } from './sessions.js';

export const members: Noun = {
  name: 'members',
  description: 'People in an organization, the roles that they hold there and why, and their sessions.',
  endpoints: [...memberEndpoints, ...memberRoleEndpoints, ...memberSessionEndpoints],
};
