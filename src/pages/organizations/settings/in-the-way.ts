import type { InTheWay } from '../../../services/single-mode.js';
import { message } from '../../../texts/message.js';
import type { InTheWayView } from '../../view/settings-views.js';

/** Who keeps an organization from having one role for each member, each with where that is changed. */
export const inTheWayViews = (found: readonly InTheWay[], base: string): InTheWayView[] =>
  found.map((one) => {
    if (one.kind === 'default_roles')
      return { kind: one.kind, name: '', href: `${base}/settings#defaults`, why: message('in-the-way-defaults') };
    if (one.kind === 'group')
      return {
        kind: one.kind,
        name: one.name,
        href: `${base}/groups/${one.groupId}/roles`,
        why: message('in-the-way-group'),
      };
    return {
      kind: one.kind,
      name: one.name ?? one.userId,
      href: `${base}/members/${one.userId}`,
      why: one.why === 'several_roles' ? message('in-the-way-several') : message('in-the-way-end'),
    };
  });
