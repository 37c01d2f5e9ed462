// Tests talk to this machine only. A socket to anywhere else is refused before it is opened, so that no test depends on, or
// reaches, a system that is not its own.
import { isIP, Socket } from "node:net";

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3}|0\.0\.0\.0|::)$/i;

/** Whether a socket to `host` stays on this machine. No host means loopback to `net.connect`. */
export function isLoopback(host: string | undefined): boolean {
  if (host === undefined || host === "") return true;
  if (isIP(host) === 0) return /(^|\.)localhost$/i.test(host);
  return loopback.test(host);
}

/** The host in the arguments of `Socket.connect`, which Node calls as (options), (port, host), (path) or ([normalised arguments]). */
function hostOf(first: unknown, second: unknown): string | undefined {
  if (Array.isArray(first)) return hostOf(first[0], first[1]);
  if (typeof first === "object" && first !== null) {
    if ("path" in first && typeof first.path === "string") return undefined;
    return "host" in first && typeof first.host === "string" ? first.host : undefined;
  }
  if (typeof first === "string" && !/^\d+$/.test(first)) return undefined;
  return typeof second === "string" ? second : undefined;
}

const connect: Socket["connect"] = Socket.prototype.connect;

Socket.prototype.connect = function guardedConnect(this: Socket, ...parameters: unknown[]): Socket {
  const host = hostOf(parameters[0], parameters[1]);
  if (!isLoopback(host)) throw new Error(`Tests may not open sockets beyond this machine: ${host}`);
  return Reflect.apply(connect, this, parameters);
};
