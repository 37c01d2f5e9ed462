/** Whose something is, as the host names its customers: 1 to 200 visible ASCII characters. */
export type TenantId = string & { readonly __brand: "TenantId" };

/** Whether a text can be a tenant's id. */
export function isTenantId(text: string): text is TenantId {
  return /^[\x21-\x7e]{1,200}$/.test(text);
}
