import type { Noun } from '../endpoint.js';
import { userEndpoints } from './endpoints.js';
import { userSessionEndpoints } from './sessions.js';

export const users: Noun = {
  name: 'users',
  description:
    'Accounts of people, for operators and machines: who they are, their passwords, memberships and sessions.',
  endpoints: [...userEndpoints, ...userSessionEndpoints],
};
