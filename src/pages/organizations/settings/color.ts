/** The form of the organization's colour: a few that are told apart and can be read, in light and in dark. */
import type { Context } from 'koa';
import { field } from '../../../middleware/form-body.js';
import type { Organization } from '../../../models/index.js';
import { COLORS, type Color } from '../../../models/organization.js';
import { type Message, message } from '../../../texts/message.js';
import type { ReadPart } from './parts.js';

/** Each by its name, which is its field's value too. */
export const COLOR_NAMES: Readonly<Record<Color, Message>> = {
  red: message('color-red'),
  amber: message('color-amber'),
  green: message('color-green'),
  teal: message('color-teal'),
  blue: message('color-blue'),
  violet: message('color-violet'),
};

export function readColor(ctx: Context): ReadPart {
  const typed = field(ctx, 'color');
  const color = COLORS.find((one) => one === typed) ?? null;
  const fault = typed && !color ? message('settings-choose') : undefined;
  return { part: 'look', values: { color: color ?? '' }, change: { color }, ...(fault ? { fault } : {}) };
}

export const presentColor = ({ color }: Organization): Message =>
  color ? message('settings-present-color', { color }) : message('settings-present-no-color');
