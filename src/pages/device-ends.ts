import type { Csrf } from '../middleware/csrf.js';
import { DEVICE_PATH } from '../oidc/device/device-login.js';
import type { OidcContext } from '../oidc/runtime.js';
import type { DevicePages, NoAccess } from '../oidc/settings/device-flow.js';
import type { ServiceContext } from '../services/context.js';
import { loadStanding } from '../services/load-standing.js';
import { type Message, message } from '../texts/message.js';
import { organizationView } from './interaction/look.js';
import type { Render } from './render.js';
import { viewApp } from './view-app.js';

const NO_ACCESS: Record<NoAccess, Message> = {
  denied: message('device-denied'),
  'no-organization': message('device-denied-no-organization'),
  refused: message('device-denied-refused'),
};

/** The pages in which a device's login ends. @param listen finds out in which language they are */
export function deviceEnds(
  services: ServiceContext,
  render: Render,
  csrf: Csrf,
  listen: (ctx: OidcContext) => Promise<void>,
): Omit<DevicePages, 'error'> {
  const show = (ctx: OidcContext, status: number, body: string) => {
    ctx.status = status;
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = body;
  };
  const appOf = async ({ oidc }: OidcContext) => {
    const clientId = oidc.client?.clientId ?? oidc.entities.Interaction?.params?.client_id;
    return viewApp((clientId && (await services.catalog.current()).applications.get(clientId)) || null);
  };
  return {
    async allowed(ctx) {
      await listen(ctx);
      const { Grant: grant } = ctx.oidc.entities;
      const standing = await loadStanding(services, { userId: grant.accountId, organizationId: grant.organizationId });
      const organization = standing?.organization;
      show(
        ctx,
        200,
        render('device/done', {
          app: await appOf(ctx),
          email: standing?.user.email ?? '',
          organization: organizationView(organization),
        }),
      );
    },
    async denied(ctx, why) {
      await listen(ctx);
      show(ctx, 200, render('device/denied', { app: await appOf(ctx), text: NO_ACCESS[why] }));
    },
    async spent(ctx) {
      await listen(ctx);
      const errors = { user_code: message('device-code-spent') };
      const form = { csrf: csrf.token(ctx), action: DEVICE_PATH, userCode: '', linked: false };
      show(ctx, 422, render('device/code', { app: null, ...form, errors }));
    },
    async ended(ctx) {
      show(ctx, 400, render('device/ended', { app: null, continueUrl: DEVICE_PATH }));
    },
  };
}
