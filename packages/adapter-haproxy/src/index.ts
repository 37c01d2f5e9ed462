/** `@hostelry/adapter-haproxy`: which backend of a running HAProxy answers for which host name. */
export { type HaproxyLinesOptions, haproxyLines } from "./haproxy-lines.ts";
export { type HaproxyRoutesOptions, haproxyRoutes } from "./haproxy-routes.ts";
export type { HaproxyRuntime } from "./runtime/runtime-socket.ts";
