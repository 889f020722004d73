import type { Message } from '../../texts/message.js';
import type { Faults, FramedForm, Pager } from './framed.js';

/** A person's own pages: profile, sessions, applications. */
export interface OwnAccountViews {
  'account/profile': FramedForm & {
    user: {
      id: string;
      name: string;
      picture: string | null;
      email: string;
      emailVerified: boolean;
      createdAt: Date;
    };
    /** Empty: as the browser says. */
    values: { name: string; locale: string; zoneinfo: string };
    languages: { tag: string; name: string }[];
    zones: string[];
    /** What the form was made of. */
    revision: number;
    errors: Faults<'name' | 'locale' | 'zoneinfo'>;
    refused: Message | string | null;
    /** What is wrong with an uploaded picture. */
    pictureError: Message | null;
    operator: boolean;
    /** In no organization. */
    alone: boolean;
  };
  'account/sessions': FramedForm & {
    sessions: {
      id: string;
      icon: string;
      title: Message;
      current: boolean;
      /** A device's is when it was allowed. */
      device: boolean;
      address: string | null;
      signedInAt: Date;
      seenAt: Date | null;
      applications: string[];
    }[];
    /** Whether there is anything to end beside this browser's. */
    others: boolean;
    pager: Pager;
  };
  'account/applications': FramedForm & {
    applications: {
      id: string;
      name: string;
      logoUri: string | null;
      firstParty: boolean;
      access: {
        /** Null: in no organization. */
        organization: { id: string; name: string; picture?: string | null; color?: string | null } | null;
        may: { icon: string; text: string }[];
        since: Date;
      }[];
    }[];
    pager: Pager;
  };
}
