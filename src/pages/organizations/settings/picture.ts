/** The organization's picture: uploading one, and taking it away. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { formBody } from '../../../middleware/form-body.js';
import { setOrganizationPicture } from '../../../services/pictures/index.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { visitorOf } from '../../frame.js';
import { leaveNotice } from '../../notice.js';
import { goTo } from '../../submit.js';
import { pictureFault, readPictureForm } from '../../upload.js';
import { settingsPage } from './page.js';

const PICTURE = '/organizations/:slug/settings/picture';

export function picturePages(router: Router, deps: PageDeps): void {
  router.post(PICTURE, async (ctx) => submitPicture(deps, ctx));
  router.post(`${PICTURE}/remove`, formBody, deps.csrf.check, async (ctx) => removePicture(deps, ctx));
}

async function submitPicture(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'settings:write');
  if (!visitor) return;
  const { user, actor, organization } = visitor;
  const form = await readPictureForm(deps, ctx, user._id);
  const again = (pictureError: Message) => {
    ctx.status = 422;
    return settingsPage(deps, ctx, visitor, { pictureError });
  };
  if ('fault' in form) return again(form.fault);
  try {
    await setOrganizationPicture(deps.services, actor, organization._id, form.bytes);
  } catch (error) {
    return again(pictureFault(error));
  }
  done(deps, ctx, organization.slug, message('organization-picture-saved'));
}

async function removePicture(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'settings:write');
  if (!visitor) return;
  const { actor, organization } = visitor;
  await setOrganizationPicture(deps.services, actor, organization._id, null);
  done(deps, ctx, organization.slug, message('organization-picture-removed'));
}

function done(deps: PageDeps, ctx: Context, slug: string, text: Message): void {
  leaveNotice(deps, ctx, { text });
  goTo(ctx, `/organizations/${slug}/settings`);
}
