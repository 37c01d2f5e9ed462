/** `@hostelry/adapter-dns/rfc2136`: zones of servers that take dynamic updates. */
export { type Rfc2136Options, rfc2136Provider } from "./rfc2136/rfc2136-provider.ts";
export type { TsigKey } from "./rfc2136/tsig.ts";
