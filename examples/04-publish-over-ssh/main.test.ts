import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { serverAvailable } from "../../test/servers/server-binary.ts";

const run = promisify(execFile);
const main = fileURLToPath(new URL("main.ts", import.meta.url));
const flags = ["--conditions=@hostelry/source", "--import", "tsx"];

describe("publishing over SSH", () => {
  it.skipIf(!serverAvailable("sshd", "ssh-keygen"))("flips together, converges, and repairs", async () => {
    const { stdout } = await run(process.execPath, [...flags, main]);
    expect(stdout.split("\n")).toEqual([
      "published on north and south:",
      "  north: The Lantern",
      "  south: The Lantern",
      "south is down: PUBLISH_FAILED; nobody has flipped:",
      "  north: The Lantern",
      "  south: The Lantern",
      'published by "best-effort", south is behind:',
      "  north: The Lantern, at night",
      "  south: The Lantern",
      "south is back: repaired",
      "verified: south: index.html changed",
      "repaired: true",
      "  north: The Lantern, at night",
      "  south: The Lantern, at night",
      "",
    ]);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith("hostelry-ssh-"))).toEqual([]);
  });

  it("says in one line what to install where there is no sshd", async () => {
    // A program of node's own `fs` that finds nothing stands in for a machine without OpenSSH.
    const blind =
      "data:text/javascript,import fs from 'node:fs';import { syncBuiltinESMExports } from 'node:module';" +
      "fs.accessSync = () => { throw new Error('not there'); };syncBuiltinESMExports();";
    const { stdout } = await run(process.execPath, [...flags, "--import", blind, main]);
    expect(stdout).toBe(
      "This example needs sshd and ssh-keygen: install OpenSSH's server (Debian: apt-get install openssh-server).\n",
    );
  });
});
