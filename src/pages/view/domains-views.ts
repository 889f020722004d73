import type { Message } from '../../texts/message.js';
import type { Faults, Framed, OrganizationView, Pager, PersonView } from './framed.js';
import type { AppView } from './models.js';

/** An organization that somebody may join by their address alone. */
export interface OfferView extends OrganizationView {
  /** Of their address. */
  domain: string;
  /** Where the answer goes; null: `href` leads to the page that asks. */
  action: string | null;
  href: string;
}

/** Asking to be let in: the form, or what came of it. */
export interface AskView {
  app: AppView | null;
  csrf: string;
  action: string;
  /** In an application's login: where the way back to it is. */
  back: string | null;
  organization: OrganizationView;
  /** `pending`: the administrators have it. */
  state: 'ask' | 'pending' | 'declined';
  values: { message: string };
  errors: Faults<'message'>;
  refused: Message | null;
  most: number;
}

export interface DomainView {
  id: string;
  name: string;
  href: string;
  verified: boolean;
  verifiedAt: Date | null;
  byOperator: boolean;
  lastCheckedAt: Date | null;
  record: { name: string; type: string; value: string };
  /** Why the record didn't prove it just now, and what was found instead. */
  failed: { reason: Message; found: string[] } | null;
}

export interface DomainsViews {
  'join/ask': AskView;
  'interaction/ask': AskView;
  'organizations/domains': Framed & {
    csrf: string;
    base: string;
    now: Date;
    domains: DomainView[];
    values: { name: string };
    errors: Faults<'name'>;
    refused: Message | string | null;
    /** What a proved domain does by now. */
    joinsByDomain: boolean;
    /** To who may change that. */
    settingsUrl: string | null;
    /** Who runs the server may take somebody's word. */
    mayMark: boolean;
  };
  'organizations/requests': Framed & {
    csrf: string;
    base: string;
    now: Date;
    requests: { id: string; person: PersonView; message: string; askedAt: Date }[];
    refused: Message | string | null;
    /** Whether people may ask by now. */
    open: boolean;
    joinUrl: string;
    settingsUrl: string | null;
    pager: Pager | null;
  };
}
