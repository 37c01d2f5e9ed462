// The real Caddy on a port of loopback, without its administration port.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireServer } from "../server-binary.ts";
import { startDaemon } from "../ssh-node/daemon.ts";
import { inFreshPlace, type WebPlace, type WebServer } from "./web-server.ts";

/** What to run it with. */
export interface CaddyOptions {
  /** Site blocks, given the place. */
  readonly sites: (place: WebPlace) => string;
  /** Where its administration listens: a socket file of this name in the place. Default: nowhere. */
  readonly admin?: string | undefined;
}

/** Starts Caddy; resolves when it answers. */
export function startCaddy({ sites, admin }: CaddyOptions): Promise<WebServer> {
  return inFreshPlace("caddy", async (place) => {
    const { directory } = place;
    const configFile = join(directory, "Caddyfile");
    const administration = admin === undefined ? "off" : `unix/${directory}/${admin}`;
    const head = `{\n\tadmin ${administration}\n\tstorage file_system ${directory}/temporary\n}\n`;
    await writeFile(configFile, head + sites(place));
    const argv = [requireServer("caddy"), "run", "--adapter", "caddyfile", "--config", configFile] as const;
    const environment = { HOME: directory, PATH: process.env["PATH"] ?? "" };
    return { configFile, daemon: await startDaemon({ argv, ready: /serving initial configuration/, environment }) };
  });
}
