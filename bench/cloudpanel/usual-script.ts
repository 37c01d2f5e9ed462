import { Client, type SFTPWrapper } from "ssh2";
import type { Contender } from "../harness/bench.ts";
import { measureHere } from "../harness/own-figures.ts";
import { type PanelPlace, type PlaceSize, type PlannedSite, pages, panelPlace } from "./panel-place.ts";

/** The script that everybody has: for each site connect, add it to the panel, upload its files, give them to its user, disconnect. */
export function usualScript(size: PlaceSize): Contender {
  return {
    name: "one connection per site",
    prepare: async () => {
      const place = await panelPlace(size);
      return { measure: () => measureHere(() => run(place)), end: () => place.end() };
    },
  };
}

async function run(place: PanelPlace): Promise<void> {
  for (const site of place.sites) await makeSite(place, site);
  const done = await place.countDone();
  if (done !== place.sites.length) throw new Error(`only ${done} sites were made`);
}

async function makeSite({ hosts, ports }: PanelPlace, { domain, user, server }: PlannedSite): Promise<void> {
  const client = await connected(ports[server] ?? 0, hosts[server]?.privateKey ?? "");
  try {
    await execute(
      client,
      `clpctl site:add:static --domainName=${domain} --siteUser=${user} --siteUserPassword=abcdefgh12345678`,
    );
    const folder = `/home/${user}/htdocs/${domain}`;
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
      client.sftp((cause, opened) => (cause === undefined ? resolve(opened) : reject(cause)));
    });
    for (const [name, text] of Object.entries(pages)) {
      await new Promise<void>((resolve, reject) => {
        sftp.writeFile(`${folder}/${name}`, text, (cause) => (cause instanceof Error ? reject(cause) : resolve()));
      });
    }
    await execute(client, `chown -R ${user}:${user} ${folder}`);
  } finally {
    client.end();
  }
}

function connected(port: number, privateKey: string): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.once("ready", () => resolve(client));
    client.once("error", reject);
    client.connect({ host: "127.0.0.1", port, username: "root", privateKey });
  });
}

function execute(client: Client, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.exec(command, (cause, channel) => {
      if (cause !== undefined) return reject(cause);
      let said = "";
      channel.on("data", (chunk: Buffer) => {
        said += chunk.toString("utf8");
      });
      channel.on("close", (code: number | null) => {
        if (code === 0) resolve();
        else reject(new Error(`${command.split(" ", 2).join(" ")} ended with ${code}: ${said}`));
      });
    });
  });
}
