// The real nginx on a port of loopback. As root its workers run as `nobody`, as they would on a node: what it serves must be
// readable for everybody.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireServer } from "../server-binary.ts";
import { startDaemon } from "../ssh-node/daemon.ts";
import { inFreshPlace, type WebPlace, type WebServer } from "./web-server.ts";

/** What to run it with. */
export interface NginxOptions {
  /** Lines of the `http` context, given the place. */
  readonly http: (place: WebPlace) => string;
  /** Default 1. */
  readonly workers?: number | undefined;
}

/** Starts nginx; resolves when it answers. */
export function startNginx({ http, workers = 1 }: NginxOptions): Promise<WebServer> {
  return inFreshPlace("nginx", async (place) => {
    const configFile = join(place.directory, "nginx.conf");
    await writeFile(configFile, nginxMain(place, http(place), workers));
    const argv = [requireServer("nginx"), "-p", `${place.directory}/`, "-c", configFile] as const;
    return { configFile, daemon: await startDaemon({ argv, ready: /start worker process \d+/ }) };
  });
}

function nginxMain({ directory }: WebPlace, http: string, workers: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `  ${kind}_temp_path ${directory}/temporary/${kind};`)
    .join("\n");
  // `notice` makes it say that it is ready.
  return `daemon off;
worker_processes ${workers};
pid ${directory}/nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
  access_log off;
  keepalive_requests 1000000;
${temporary}
${http}
}
`;
}
