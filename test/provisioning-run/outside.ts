import { readdir, readFile } from "node:fs/promises";

/** What a run must not touch: accounts, homes and web-server configuration of the machine outside, and whether it has a panel. */
export async function outsideOfPanels(): Promise<unknown> {
  const listed = (path: string): Promise<readonly string[]> =>
    readdir(path).then(
      (names) => names.sort(),
      () => [],
    );
  const places = [
    "/home",
    "/etc/nginx",
    "/etc/nginx/sites-enabled",
    "/etc/nginx/ssl-certificates",
    "/var/backups",
    "/etc/cron.d",
  ];
  const files = ["/etc/passwd", "/etc/group", "/etc/shadow", "/root/.ssh/authorized_keys"];
  return {
    listings: await Promise.all(places.map(listed)),
    files: await Promise.all(files.map((path) => readFile(path, "utf8").then(withoutOtherSuites, () => null))),
    panel: (await listed("/usr/bin")).filter((name) => name.startsWith("clpctl")),
  };
}

/** Accounts of this name are those of SSH nodes, which other suites make and take away at the same time. None of a panel is called so. */
function withoutOtherSuites(text: string): readonly string[] {
  return text.split("\n").filter((line) => !line.startsWith("hostelry-"));
}
