import type { OidcContext } from '../runtime.js';

/** What a person allows: this very device, as themselves, in this organization. */
export interface DeviceApproval {
  /** The device's user code, sealed: the page shows it for comparison. */
  sealedUserCode: string;
  userId: string;
  organizationId: string | null;
}

/** What the page that asks about a device is about; undefined in other logins. */
export function approvalOf({ oidc }: OidcContext): DeviceApproval | undefined {
  const { DeviceCode: code, Grant: grant, Account: account } = oidc.entities;
  if (!code || !grant || !account) return undefined;
  return {
    sealedUserCode: code.userCode,
    userId: account.accountId,
    organizationId: grant.organizationId ?? null,
  };
}

/** Whether the person has allowed just this in the login under way: not as somebody else, nor for another organization. */
export function isAllowed(ctx: OidcContext): boolean {
  if (!ctx.oidc.entities.DeviceCode) return true;
  const now = approvalOf(ctx);
  const allowed = ctx.oidc.result?.consent?.device as DeviceApproval | undefined;
  return Boolean(now && allowed && allowed.userId === now.userId && allowed.organizationId === now.organizationId);
}
