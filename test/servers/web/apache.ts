// The real Apache on a port of loopback.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireServer } from "../server-binary.ts";
import { startDaemon } from "../ssh-node/daemon.ts";
import { inFreshPlace, type WebPlace, type WebServer } from "./web-server.ts";

const modules = ["mpm_event", "authz_core", "alias", "dir", "headers", "mime", "rewrite", "vhost_alias"];

/** Starts Apache with lines of a server's configuration; resolves when it answers. */
export function startApache(lines: (place: WebPlace) => string): Promise<WebServer> {
  return inFreshPlace("apache", async (place) => {
    const { directory, port } = place;
    const configFile = join(directory, "apache.conf");
    await writeFile(
      configFile,
      `ServerRoot ${directory}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${directory}/apache.pid
DefaultRuntimeDir ${directory}/temporary
ErrorLog "|/bin/cat"
LogLevel notice
TypesConfig /dev/null
AddType text/html .html
AddType text/javascript .js
${process.getuid?.() === 0 ? "User nobody\nGroup nogroup" : ""}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
${lines(place)}
`,
    );
    const argv = [requireServer("apache2"), "-DFOREGROUND", "-f", configFile] as const;
    return { configFile, daemon: await startDaemon({ argv, ready: /resuming normal operations/ }) };
  });
}
