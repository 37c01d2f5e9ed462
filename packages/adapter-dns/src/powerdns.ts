/** `@hostelry/adapter-dns/powerdns`: zones of a PowerDNS Authoritative Server. */
export { type PowerdnsOptions, powerdnsProvider } from "./powerdns/powerdns-provider.ts";
