import type { Message } from '../../texts/message.js';
import type { Framed, FramedForm } from './framed.js';
import type { RoleChoice } from './groups-views.js';

/** A form of the settings; each stands alone. */
export type SettingsPart = 'name' | 'joining' | 'defaults' | 'mode' | 'downgrade' | 'look';

/** Who or what keeps an organization from having one role for each member (R4). */
export interface InTheWayView {
  kind: 'member' | 'group' | 'default_roles';
  name: string;
  href: string;
  why: Message;
}

/** What went wrong in one of the forms. */
interface RefusedPart {
  part: SettingsPart;
  reason: Message | string;
  /** Beside the field, where it is about one. */
  field: boolean;
  /** What it is by now, where somebody else was faster. */
  present: Message | null;
  /** Who is in the way. */
  inTheWay: InTheWayView[];
}

export interface SettingsViews {
  'organizations/settings': Framed & {
    csrf: string;
    base: string;
    organization: { id: string; name: string; slug: string; picture: string | null; color: string | null };
    revision: number;
    values: {
      name: string;
      joinPolicy: 'invite' | 'domain' | 'open';
      joinRequests: boolean;
      inherits: boolean;
      roleMode: 'multiple' | 'single';
      revokeOnDowngrade: boolean;
      /** Empty: one that its id chooses. */
      color: string;
    };
    colors: { color: string; label: Message }[];
    /** What is wrong with an uploaded picture. */
    pictureError: Message | null;
    refused: RefusedPart | null;
    /** `system` is joined by invitation alone. */
    builtIn: boolean;
    /** Whether the link works by now. */
    open: boolean;
    /** Those that are proved, in words, and where they are changed. */
    domains: { verified: string; href: string | null };
    joinUrl: string;
    /** By now. */
    single: boolean;
    /** Names of the server's default roles. */
    inherited: string;
    roles: RoleChoice[];
    minutes: number;
    mayLeave: boolean;
    status: 'active' | 'suspended';
    /** Deleted, and erased then. */
    eraseAt: Date | null;
    mayDelete: boolean;
    maySuspend: boolean;
  };
  'organizations/settings-role-mode': FramedForm & {
    base: string;
    organization: { name: string };
    revision: number;
    single: boolean;
    inTheWay: InTheWayView[];
    /** Whether everybody was looked at. */
    whole: boolean;
    refused: Message | string | null;
  };
}
