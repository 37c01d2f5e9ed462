// The real nginx on a port of loopback, as the node's own account.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireServer } from "../server-binary.ts";
import { type Account, isRoot } from "./account.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

/** Where a node's web server works. */
export interface WebPlace {
  /** For its own files: configuration, temporary files. */
  readonly directory: string;
  /** The directory that sites are published to. */
  readonly root: string;
  readonly port: number;
}

/** Sites by host name: `hosts/<name>` in the root leads to a site, whose `current` leads to what is live. */
export function defaultServerBlocks({ root, port }: WebPlace): string {
  return `server {
    listen 127.0.0.1:${port} default_server;
    root ${root}/hosts/$host/current;
    if (-e ${root}/hosts/$host/maintenance) { return 503; }
    if (-e ${root}/hosts/$host/suspended) { return 503; }
    location / { try_files $uri $uri/ =404; }
  }`;
}

/** Starts it with some `server { … }` blocks; resolves when it answers. */
export async function startNginx(place: WebPlace, account: Account, blocks: string): Promise<Daemon> {
  const { directory } = place;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path tmp_${kind};`,
  );
  await mkdir(directory, { recursive: true });
  const file = join(directory, "nginx.conf");
  // `notice` makes it say that it is ready.
  const configuration = `daemon off; worker_processes 1; pid nginx.pid; error_log stderr notice;
events { worker_connections 512; }
http {
  include /etc/nginx/mime.types; default_type application/octet-stream; access_log off; server_tokens off;
  ${temporary.join(" ")}
  ${blocks}
}
`;
  await writeFile(file, configuration);
  // Said again after the change of account, which takes it away.
  const untilParentEnds = ["--pdeathsig", "TERM"];
  const as = isRoot()
    ? [
        requireServer("setpriv"),
        `--reuid=${account.uid}`,
        `--regid=${account.gid}`,
        "--clear-groups",
        ...untilParentEnds,
        "--",
      ]
    : [];
  return startDaemon({
    argv: [...as, requireServer("nginx"), "-p", `${directory}/`, "-c", file],
    ready: /start worker process \d+/,
  });
}
