/**
 * `@hostelry/adapter-dns`: a resolver. Providers of zones are entry points of their own: `/cloudflare`, `/powerdns`,
 * `/rfc2136`, `/route53`.
 */
export { type NodeResolverOptions, nodeResolver } from "./resolver/node-resolver.ts";
