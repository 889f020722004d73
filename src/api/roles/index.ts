import type { Noun } from '../endpoint.js';
import { instanceRoleEndpoints } from './instance.js';
import { organizationRoleEndpoints } from './organization.js';

export const roles: Noun = {
  name: 'roles',
  description:
    'What members can hold: a key that tokens carry, and permissions. An organization has its own ones besides the instance’s.',
  endpoints: [...organizationRoleEndpoints, ...instanceRoleEndpoints],
};
