// What is on a throw-away panel server, seen without the adapter: through root's shell there, and as a visitor through its nginx.
import { request } from "node:http";
import type { ReleaseId, ServingState, SiteId, SlotName, Transport } from "@hostelry/core/adapter";
import { unwrap } from "@hostelry/core/adapter";
import type { TargetUnderTest } from "@hostelry/testing";
import type { PanelHost } from "@hostelry/testing/cloudpanel";

/** Runs a program there and gives what it writes; throws when it fails. */
export async function onPanel(transport: Transport, ...argv: readonly [string, ...string[]]): Promise<string> {
  const { exitCode, stdout, stderr } = await unwrap(transport.run({ argv }));
  const text = Buffer.from(stdout).toString("utf8");
  if (exitCode !== 0)
    throw new Error(`${argv.join(" ")}: ${exitCode}: ${text} ${Buffer.from(stderr).toString("utf8")}`);
  return text;
}

/** Runs a shell's text there, with arguments; throws when it fails. */
export function shellOnPanel(transport: Transport, script: string, ...values: readonly string[]): Promise<string> {
  return onPanel(transport, "sh", "-c", script, "sh", ...values);
}

/** What a visitor gets. */
export interface Visit {
  readonly status: number;
  readonly body: Buffer;
}

/** So long after a reload a worker of before may still take connections. */
const endingMs = 5000;

/**
 * Asks a web server, and like any browser asks again when the connection was closed before an answer began: a worker of nginx that ends after
 * a reload closes those on which it has read nothing yet. Each command of the panel is a reload.
 */
export async function askedAgain<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + endingMs;
  for (;;) {
    try {
      return await ask();
    } catch (cause) {
      const wasClosed = cause instanceof Error && "code" in cause && cause.code === "ECONNRESET";
      if (!wasClosed || performance.now() > deadline) throw cause;
    }
  }
}

/** Asks a web server of loopback for a path, as the visitor of a host. */
export function visit(port: number, host: string, path: string): Promise<Visit> {
  return askedAgain(() => visitOnce(port, host, path));
}

function visitOnce(port: number, host: string, path: string): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const url = `/${path.split("/").map(encodeURIComponent).join("/")}`;
    const asked = request({ host: "127.0.0.1", port, path: url, headers: { host }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** A server block beside CloudPanel's that serves the document roots of an account by the first label of a host, over plain HTTP. */
export async function serveByLabel(host: PanelHost, transport: Transport, user: string): Promise<string> {
  const configuration = `server {
    listen 127.0.0.1:${host.httpPort};
    server_name ~^(?<label>[a-z0-9-]+)\\.kit\\.test$;
    root /home/${user}/htdocs/$label;
    index index.html;
  }`;
  const file = "/etc/nginx/sites-enabled/kit.conf";
  await shellOnPanel(
    transport,
    'printf "%s\\n" "$1" >"$2" && nginx -t 2>&1 && nginx -s reload 2>&1',
    configuration,
    file,
  );
  return "kit.test";
}

/** Where a site of the kit is, on the server. */
const place = (user: string, siteId: SiteId): string => `/home/${user}/hostelry/sites/${siteId}`;

/** The raw readers that the kit for targets wants. */
export function panelReaders(
  host: PanelHost,
  transport: Transport,
  user: string,
  zone: string,
): Omit<TargetUnderTest, "dispose" | "subject"> {
  const shell = (script: string, ...values: string[]): Promise<string> => shellOnPanel(transport, script, ...values);
  const root = (siteId: SiteId): string => `/home/${user}/htdocs/${siteId}`;
  return {
    readSlot: async (siteId: SiteId, slot: SlotName): Promise<ReleaseId | null> => {
      if (slot !== "live") return null;
      const script = '[ "$(readlink "$1")" = "$2/current" ] || exit 0; readlink "$2/current" || true';
      const text = (await shell(script, root(siteId), place(user, siteId))).trim();
      return text === "" ? null : ((text.split("/").at(-1) ?? null) as ReleaseId | null);
    },
    readFile: async (siteId: SiteId, slot: SlotName, path: string): Promise<Uint8Array | null> => {
      if (slot !== "live") return null;
      const { status, body } = await visit(host.httpPort, `${siteId}.${zone}`, path);
      if (status === 200) return new Uint8Array(body);
      if (status === 404 || status === 403) return null;
      throw new Error(`${path} of ${siteId} answers ${status}`);
    },
    listReleases: async (siteId: SiteId): Promise<readonly ReleaseId[]> =>
      (await shell('ls "$1/releases" 2>/dev/null || true', place(user, siteId)))
        .split("\n")
        .filter((name): name is ReleaseId => /^\d+-[0-9a-f]{12}$/.test(name)),
    readGuard: async () => null,
    readServingState: async (siteId: SiteId): Promise<ServingState> => {
      const link = (await shell('readlink "$1" || true', root(siteId))).trim();
      if (link.endsWith("/pages/suspended")) return "suspended";
      return link.endsWith("/pages/maintenance") ? "maintenance" : "live";
    },
    tamper: async (siteId: SiteId, release: ReleaseId, path: string, bytes: Uint8Array | null): Promise<void> => {
      const file = `${place(user, siteId)}/releases/${release}/${path}`;
      if (bytes === null) return void (await onPanel(transport, "rm", "--", file));
      const script = 'mkdir -p "$(dirname "$1")" && cat >"$1"';
      await unwrap(transport.run({ argv: ["sh", "-c", script, "sh", file] }, { input: bytes }));
    },
    obstruct: async (siteId: SiteId): Promise<void> =>
      void (await shell('mkdir -p "$(dirname "$1")" && true >"$1"', root(siteId))),
    isObstructed: async (siteId: SiteId): Promise<boolean> =>
      (await shell('[ -f "$1" ] && [ ! -h "$1" ] && echo yes || true', root(siteId))).trim() === "yes",
  };
}
