/**
 * Getting back into an account, and proving its address, by what was mailed: outside of a login and across devices. Only links made of ISSUER
 * lead here, and a link that doesn't work answers as an unknown page does.
 */
import type Router from '@koa/router';
import { formBody } from '../../middleware/form-body.js';
import type { PageDeps } from '../deps.js';
import { showForgot, submitForgot } from './forgot.js';
import { showReset, submitReset } from './reset.js';
import { showVerified, showVerify, submitVerify } from './verify.js';

export function recoveryRoutes(router: Router, deps: PageDeps): void {
  router.get('/recover', async (ctx) => showForgot(deps, ctx));
  router.post('/recover', formBody, deps.csrf.check, async (ctx) => submitForgot(deps, ctx));
  router.get('/recover/:secret', async (ctx) => showReset(deps, ctx));
  router.post('/recover/:secret', formBody, deps.csrf.check, async (ctx) => submitReset(deps, ctx));
  router.get('/verify', async (ctx) => showVerified(deps, ctx));
  router.get('/verify/:secret', async (ctx) => showVerify(deps, ctx));
  router.post('/verify/:secret', formBody, deps.csrf.check, async (ctx) => submitVerify(deps, ctx));
}
