import {
  adapterError,
  attempt,
  checkHostRoute,
  type FailureState,
  type Hostname,
  type HostRoute,
  type HostRoutes,
  type HostRoutesCapabilities,
  type HostRoutesError,
  hostingError,
  pageOfRoutes,
  type ResultAsync,
  unwrap,
} from "@hostelry/core/adapter";
import { targetOf } from "./map/map-entries.ts";
import { localMapFile, remoteMapFile } from "./map/map-file.ts";
import { mapWriter } from "./map/map-writer.ts";
import { HaproxyRefusal, HaproxyUnreachable } from "./runtime/haproxy-failure.ts";
import { runtimeMap } from "./runtime/runtime-map.ts";
import { askRuntime, type HaproxyRuntime, runtimeName } from "./runtime/runtime-socket.ts";

/** Options of {@link haproxyRoutes}. */
export interface HaproxyRoutesOptions {
  readonly runtime: HaproxyRuntime;
  /** The map's file, on the machine that `runtime` names. Its directory has to be writable: the file is replaced, never written over. */
  readonly mapFile: string;
  /** The map as HAProxy's configuration names it. Default: `mapFile`. */
  readonly mapName?: string | undefined;
  /** Unique among a product's places. Default `haproxy`. */
  readonly name?: string | undefined;
}

const capabilities: HostRoutesCapabilities = { redirects: "any", wildcards: true, compareAndSet: false };

/**
 * Routes of a running HAProxy, in a map that its configuration looks names up in ({@link haproxyLines}). No change needs a reload. Each is
 * written to the map's file first, and then brought into HAProxy's memory as a whole new version of the map, in one act; so a
 * reload or a crash at any moment loses nothing, and what is different in memory, by whatever way, is made right with the next
 * change. Changes that wait for each other are made together.
 *
 * All adapters of one process take turns at a map. Let one process write a map: of two, each looks whether the file has changed
 * before it replaces it, but they do not exclude each other.
 */
export function haproxyRoutes(options: HaproxyRoutesOptions): HostRoutes {
  const { runtime, mapFile, mapName = mapFile, name = "haproxy" } = options;
  if (!/^[^\s;<]+$/.test(mapName)) throw new TypeError("mapName must be a path without blanks and semicolons");
  const file = "transport" in runtime ? remoteMapFile(runtime.transport, mapFile) : localMapFile(mapFile);
  const memory = runtimeMap(askRuntime(runtime), mapName);
  const writer = mapWriter({ place: name, key: `${runtimeName(runtime)} ${mapName}`, file, memory });

  const run = <T>(
    operation: string,
    signal: AbortSignal | undefined,
    state: FailureState,
    work: () => Promise<T>,
  ): ResultAsync<T, HostRoutesError> =>
    attempt(
      async () => {
        signal?.throwIfAborted();
        return work();
      },
      (cause) => {
        const said = cause instanceof HaproxyRefusal || cause instanceof HaproxyUnreachable;
        if (!said || signal?.aborted === true) {
          return adapterError(cause, { adapter: name, operation, state, signal, path: mapFile });
        }
        const details = { adapter: name, operation, state };
        return hostingError("ADAPTER_FAILED", `${name} could not ${operation}: ${cause.message}.`, details, { cause });
      },
    );

  return {
    spec: "host-routes/1",
    name,
    capabilities,
    observe: (hostname, { signal } = {}) =>
      run("observe", signal, "unchanged", async () => {
        await unwrap(checked(hostname));
        const { map } = await memory.show(signal);
        const value = map.get(hostname);
        if (value === undefined) return null;
        const target = targetOf(hostname, value);
        if (target !== undefined) return { hostname, target };
        const problem = `${hostname} leads to ${JSON.stringify(value.slice(0, 80))}, which is no backend and no name`;
        const details = { target: name, path: mapFile, problem };
        throw hostingError("TARGET_LAYOUT_INVALID", `${mapFile} has a line that is not ours: ${problem}.`, details);
      }),
    route: (request, { signal } = {}) =>
      run("route", signal, "unknown", async () => {
        await unwrap(checkHostRoute(capabilities, request.hostname, request.target));
        return writer(request, signal);
      }),
    unroute: ({ hostname, expect }, { signal } = {}) =>
      run("unroute", signal, "unknown", async () => {
        await unwrap(checked(hostname));
        const { changed } = await writer({ hostname, expect, target: null }, signal);
        return { changed };
      }),
    list: ({ signal, ...page } = {}) =>
      run("list", signal, "unchanged", async () => {
        const { map } = await memory.show(signal);
        const routes = [...map].flatMap(([hostname, value]): readonly HostRoute[] => {
          const target = targetOf(hostname, value);
          return target === undefined ? [] : [{ hostname: hostname as Hostname, target }];
        });
        return unwrap(pageOfRoutes(routes, page));
      }),
  };
}

function checked(hostname: Hostname): ReturnType<typeof checkHostRoute> {
  return checkHostRoute(capabilities, hostname);
}
