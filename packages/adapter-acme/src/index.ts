/** `@hostelry/adapter-acme`: certificates from authorities that speak ACME. */
export { type AcmeAuthorityOptions, acmeAuthority } from "./acme-authority.ts";
export { type NewSigningRequest, newSigningRequest, type SigningRequest } from "./certificate/signing-request.ts";
export { type ExternalAccount, newAccountKey } from "./protocol/account-key.ts";
