/** Who one is, as others see it: name, picture, language, time zone. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { can, themselves } from '../../access/can.js';
import { field, formBody } from '../../middleware/form-body.js';
import type { User } from '../../models/index.js';
import { changeOwnProfile, type OwnProfile, ownProfileOf } from '../../services/change-own-profile.js';
import { setOwnPicture } from '../../services/pictures/index.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { type Asker, askerOf, frameOf } from '../frame.js';
import { leaveNotice } from '../notice.js';
import { carryOut, goTo, revisionIn } from '../submit.js';
import { pictureFault, readPictureForm } from '../upload.js';
import type { OwnAccountViews } from '../view/own-account-views.js';

type ProfileView = OwnAccountViews['account/profile'];

const NAME_MOST = 200;

export function profileRoutes(router: Router, deps: PageDeps): void {
  const { check } = deps.csrf;
  router.get('/account', async (ctx) => showProfile(deps, ctx));
  router.post('/account', formBody, check, async (ctx) => submitProfile(deps, ctx));
  router.post('/account/picture', async (ctx) => submitPicture(deps, ctx));
  router.post('/account/picture/remove', formBody, check, async (ctx) => removePicture(deps, ctx));
}

async function showProfile(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (asker) profilePage(deps, ctx, asker);
}

async function submitProfile(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const typed = typedProfile(deps, ctx, asker.user);
  const revision = revisionIn(ctx);
  if (Object.keys(typed.errors).length) {
    ctx.status = 422;
    return profilePage(deps, ctx, asker, { ...typed, revision });
  }
  await carryOut(deps, ctx, {
    act: async () => {
      const { name, locale, zoneinfo } = typed.values;
      const wanted = { name, locale: locale || null, zoneinfo: zoneinfo || null };
      await changeOwnProfile(deps.services, themselves(asker.user._id), wanted, { revision });
      return { text: message('profile-saved') };
    },
    next: '/account',
    again: async (refused, error) => {
      // Saved once more it is over what the page says that it is now.
      const now = error.code === 'stale' ? await deps.services.models.User.findById(asker.user._id).lean() : null;
      profilePage(deps, ctx, now ? { ...asker, user: now } : asker, { ...typed, refused });
    },
  });
}

/** As it was typed, and what is wrong with it. */
function typedProfile(deps: PageDeps, ctx: Context, user: User): Pick<ProfileView, 'values' | 'errors'> {
  const values = {
    name: field(ctx, 'name').trim().replace(/\s+/g, ' '),
    locale: field(ctx, 'locale'),
    zoneinfo: field(ctx, 'zoneinfo'),
  };
  const present = ownProfileOf(user);
  const errors: ProfileView['errors'] = {};
  if (!values.name) errors.name = message('fault-name-missing');
  else if ([...values.name].length > NAME_MOST) errors.name = message('fault-name-long', { most: NAME_MOST });
  // What an operator has set stays, also where it is none that could be chosen.
  if (values.locale && values.locale !== present.locale && !deps.catalogue.languages.includes(values.locale))
    errors.locale = message('fault-choose-listed');
  if (values.zoneinfo && values.zoneinfo !== present.zoneinfo && !ZONES.includes(values.zoneinfo))
    errors.zoneinfo = message('fault-choose-listed');
  return { values, errors };
}

async function submitPicture(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const userId = asker.user._id;
  const form = await readPictureForm(deps, ctx, userId);
  const again = (fault: Message) => {
    ctx.status = 422;
    profilePage(deps, ctx, asker, { pictureError: fault });
  };
  if ('fault' in form) return again(form.fault);
  try {
    await setOwnPicture(deps.services, themselves(userId), form.bytes);
  } catch (error) {
    return again(pictureFault(error));
  }
  leaveNotice(deps, ctx, { text: message('picture-saved') });
  goTo(ctx, '/account');
}

async function removePicture(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  await carryOut(deps, ctx, {
    act: async () => {
      await setOwnPicture(deps.services, themselves(asker.user._id), null);
      return { text: message('picture-removed') };
    },
    next: '/account',
    again: (refused) => profilePage(deps, ctx, asker, { refused }),
  });
}

const ZONES: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

function profilePage(
  deps: PageDeps,
  ctx: Context,
  asker: Asker,
  typed: Partial<Pick<ProfileView, 'values' | 'errors' | 'refused' | 'pictureError' | 'revision'>> = {},
): void {
  const { user, actor, memberships } = asker;
  const present = ownProfileOf(user);
  ctx.body = deps.render('account/profile', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    action: '/account',
    user: {
      id: user._id,
      name: user.name,
      picture: user.picture ?? null,
      email: user.email,
      emailVerified: user.emailVerified,
      createdAt: user.createdAt,
    },
    values: { name: present.name, locale: present.locale ?? '', zoneinfo: present.zoneinfo ?? '' },
    languages: languagesOf(deps, present),
    zones: withPresent(ZONES, present.zoneinfo),
    revision: user.revision ?? 0,
    errors: {},
    refused: null,
    pictureError: null,
    operator: can(actor, 'instance:users'),
    alone: memberships.length === 0,
    ...typed,
  });
}

const withPresent = (list: readonly string[], present: string | null): string[] =>
  present === null || list.includes(present) ? [...list] : [present, ...list];

/** Each by its own name, which who speaks it reads in whatever language the page is. */
const languagesOf = ({ catalogue }: PageDeps, { locale }: OwnProfile): ProfileView['languages'] =>
  withPresent(catalogue.languages, locale).map((tag) => ({ tag, name: ownNameOf(tag) }));

function ownNameOf(tag: string): string {
  try {
    const name = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    // What an operator has set needn't be a tag.
    return tag;
  }
}
