import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const main = fileURLToPath(new URL("main.ts", import.meta.url));

it("binds a name to who has proven it, serves it, and gives it up in the safe order", async () => {
  const { stdout } = await run(process.execPath, ["--conditions=@hostelry/source", "--import", "tsx", main]);
  expect(stdout.split("\n")).toEqual([
    "claimed by two:",
    "  Ada is asked for a TXT record at _hostelry-challenge.www.lantern.de",
    "  Mallory binds it: DOMAIN_TRANSITION_INVALID",
    "proven by Ada, and bound:",
    "  binding.dns_set: www.lantern.de leads here, in the zone lantern.de.",
    "  binding.routed: www.lantern.de leads to backend the site.",
    "  binding.completed: www.lantern.de is bound.",
    "  https://www.lantern.de/: 200",
    "  https://lantern.de/: 404",
    "the name without www, sent on:",
    "  binding.dns_set: lantern.de leads here, in the zone lantern.de.",
    "  binding.routed: lantern.de is sent to www.lantern.de.",
    "  binding.completed: lantern.de is bound.",
    "  https://lantern.de/: 308 → https://www.lantern.de/",
    "  dns done, domain done, route done, certificate not-ours: complete",
    "given up:",
    "  binding.routed: lantern.de leads to backend the site.",
    "  binding.unrouted: www.lantern.de is not routed at edge.",
    "  binding.dns_removed: There is no record of ours for www.lantern.de in the zone lantern.de.",
    "  binding.undone: www.lantern.de is detached.",
    "  https://www.lantern.de/: 404",
    "  https://lantern.de/: 200",
    "  on the edge node: lantern.de",
    "  in the zone: lantern.de A 203.0.113.1",
    "",
  ]);
  expect((await readdir(tmpdir())).filter((name) => name.startsWith("hostelry-domain-"))).toEqual([]);
});
