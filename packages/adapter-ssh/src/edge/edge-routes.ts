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
  isPathSafeId,
  pageOfRoutes,
  type ResultAsync,
  type RouteTarget,
  routeConflict,
  type Transport,
  unwrap,
  wwwCounterpart,
} from "@hostelry/core/adapter";
import { wildcardPrefix } from "../web-server/host-patterns.ts";
import { routesScript } from "./routes-script.ts";

/** Options of {@link edgeRoutes}. */
export interface EdgeRoutesOptions {
  /** Unique among a product's places. Default: the transport's name. */
  readonly name?: string | undefined;
  /** Default `full`: what resolves is on the node's disk. */
  readonly durability?: "full" | "none" | undefined;
}

const capabilities: HostRoutesCapabilities = { redirects: "counterpart", wildcards: true, compareAndSet: false };

/**
 * Which site of an edge node answers for which host name: `hosts/<name>` is a link to `../sites/<siteId>`, or to `../redirects/to-apex` and
 * `to-www`, and the web server's configuration (`edgeConfig`) looks there with every request. So no change needs a reload, and each is one
 * rename(2) or link(2). The backend is a site's id. With a `localTransport` the node is a directory of this machine.
 *
 * A wildcard's link is `hosts/_.<name>`; it is looked at where a name has none of its own. The directory of a site is made with its
 * first route, empty: a name that leads to a site without a release is that site's, and not the wildcard's above it.
 *
 * Of two processes that change one name in the same millisecond, the last one stays, whatever it expected.
 */
export function edgeRoutes(transport: Transport, root: string, options: EdgeRoutesOptions = {}): HostRoutes {
  const { name = transport.name, durability = "full" } = options;
  if (!root.startsWith("/")) throw new TypeError(`root must be an absolute path, not ${JSON.stringify(root)}`);
  const base = root.replace(/\/+$/, "");

  const ask = async (words: readonly string[], signal: AbortSignal | undefined): Promise<readonly string[]> => {
    const argv = ["sh", "-c", routesScript, "sh", base, durability, ...words] as const;
    const output = await unwrap(transport.run({ argv }, { signal, maxOutputBytes: 64 * 1024 * 1024 }));
    const lines = Buffer.from(output.stdout).toString("utf8").split("\n");
    if (output.exitCode === 0 && lines.at(-2) === "end") return lines.slice(0, -2);
    const said = Buffer.from(output.stderr).toString("utf8").trim().slice(0, 300);
    throw new Error(`the script on the node ended with ${output.exitCode}: ${said}`);
  };

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
      (cause) => adapterError(cause, { adapter: name, operation, state, signal }),
    );

  const targetOf = (hostname: Hostname, link: string): RouteTarget | null => {
    if (link === "-") return null;
    const target = targetOfLink(hostname, link);
    if (target !== undefined) return target;
    const [path, problem] = [
      `hosts/${fileOf(hostname)}`,
      link === "?" ? "there is something that is not a link" : "it leads elsewhere",
    ];
    const details = { target: name, path, problem };
    throw hostingError("TARGET_LAYOUT_INVALID", `${path} can't be used: ${problem}.`, details);
  };

  const change = async (
    words: readonly [verb: string, hostname: Hostname, link: string],
    expect: RouteTarget | null | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly changed: boolean; readonly previous: RouteTarget | null }> => {
    const [verb, hostname, text] = words;
    const expected = expect === undefined ? "any" : expect === null ? "-" : (linkOf(hostname, expect) ?? "other");
    const [outcome = "", link = ""] = (
      (await ask([verb, fileOf(hostname), text, expected], signal)).at(-1) ?? ""
    ).split(" ");
    const previous = targetOf(hostname, link);
    if (outcome === "conflict") throw routeConflict(name, hostname, expect ?? null, previous);
    return { changed: outcome === "changed", previous };
  };

  return {
    spec: "host-routes/1",
    name,
    capabilities,
    observe: (hostname, { signal } = {}) =>
      run("observe", signal, "unchanged", async () => {
        await unwrap(checkHostRoute(capabilities, hostname));
        const [line = ""] = await ask(["show", fileOf(hostname)], signal);
        const target = targetOf(hostname, line.slice("link ".length));
        return target === null ? null : { hostname, target };
      }),
    route: ({ hostname, target, expect }, { signal } = {}) =>
      run("route", signal, "unknown", async () => {
        const link = await unwrap(checkHostRoute(capabilities, hostname, target).map(() => linkOf(hostname, target)));
        if (link === undefined) throw invalidBackend();
        return change(["route", hostname, link], expect, signal);
      }),
    unroute: ({ hostname, expect }, { signal } = {}) =>
      run("unroute", signal, "unknown", async () => {
        await unwrap(checkHostRoute(capabilities, hostname));
        const { changed } = await change(["unroute", hostname, "-"], expect, signal);
        return { changed };
      }),
    list: ({ signal, ...page } = {}) =>
      run("list", signal, "unchanged", async () => {
        const lines = await ask(["list"], signal);
        const routes = lines.flatMap((line): readonly HostRoute[] => {
          const [, file = "", link = ""] = / (\S+) -> (\S+)$/.exec(line) ?? [];
          const hostname = nameOf(file);
          if (checkHostRoute(capabilities, hostname).isErr()) return [];
          const target = targetOfLink(hostname, link);
          return target === undefined ? [] : [{ hostname, target }];
        });
        return unwrap(pageOfRoutes(routes, page));
      }),
  };
}

/** The link of a name, below `hosts/`. */
function fileOf(hostname: Hostname): string {
  return hostname.startsWith("*.") ? `${wildcardPrefix}${hostname.slice(2)}` : hostname;
}

function nameOf(file: string): Hostname {
  return (file.startsWith(wildcardPrefix) ? `*.${file.slice(wildcardPrefix.length)}` : file) as Hostname;
}

/** What the link of a name says; `undefined` when there is none for that. */
function linkOf(hostname: Hostname, target: RouteTarget): string | undefined {
  if (target.kind === "backend") return isPathSafeId(target.backend) ? `../sites/${target.backend}` : undefined;
  if (wwwCounterpart(hostname) !== target.hostname) return undefined;
  return hostname.startsWith("www.") ? "../redirects/to-apex" : "../redirects/to-www";
}

function targetOfLink(hostname: Hostname, link: string): RouteTarget | undefined {
  const [, folder, word = ""] = /^\.\.\/(sites|redirects)\/([^/]+)$/.exec(link) ?? [];
  if (folder === "sites" && isPathSafeId(word)) return { kind: "backend", backend: word };
  const other = wwwCounterpart(hostname);
  const isRedirect = folder === "redirects" && word === (hostname.startsWith("www.") ? "to-apex" : "to-www");
  return isRedirect && other !== undefined ? { kind: "redirect", hostname: other } : undefined;
}

function invalidBackend(): ReturnType<typeof hostingError<"INVALID_INPUT">> {
  const problem = "is not a site's id: letters, digits, hyphens and underscores";
  return hostingError("INVALID_INPUT", `The target.backend of a route ${problem}.`, {
    field: "target.backend",
    problem,
  });
}
