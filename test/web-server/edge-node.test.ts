// An edge node from nothing, over SSH: configured, published to, bound, looked at, and published to again.
import { existsSync } from "node:fs";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installEdgeConfig, readStaleness, sshEdge, sshTransport, withStaleness } from "@hostelry/adapter-ssh";
import { createHosting, type Revision, unwrap } from "@hostelry/core";
import { memoryBlobStore, memoryStore } from "@hostelry/testing";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireServer } from "../servers/server-binary.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
import { type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { ask } from "./ask.ts";

describe.skipIf(!sshNodesAvailable("gnu"))("an edge node over SSH", () => {
  let nodes: SshNodes;

  beforeAll(async () => {
    nodes = await startSshNodes({ gnu: 1 });
  });
  afterAll(() => nodes.stop());

  it("serves what is published from the next request on, and says how stale it can be: not at all", async () => {
    const node = nodes.one("gnu");
    const web = join(dirname(node.outside), "web");
    expect(existsSync(join(web, "nginx.conf"))).toBe(true);
    await mkdir(join(web, "conf.d"), { recursive: true });
    await chmod(join(web, "conf.d"), 0o777);
    await mkdir(join(node.outside, "hosts"));
    await node.serve("include conf.d/*.conf;");
    // The node's nginx has a prefix of its own, as one that was built by hand may have.
    const program = join(web, "nginx");
    await writeFile(program, `#!/bin/sh\nexec ${requireServer("nginx")} -p ${web}/ "$@"\n`, { mode: 0o755 });

    const auth = { kind: "key", privateKey: nodes.clientKey } as const;
    const place = { host: node.host, port: node.sshPort, user: node.user, hostKey: node.hostKey, auth };
    const transport = sshTransport(place);
    const edge = sshEdge(transport, node.root);
    try {
      const [port = 0] = await freePorts(1);
      const mainFile = join(web, "nginx.conf");
      const installed = await unwrap(
        installEdgeConfig(transport, "nginx", {
          config: {
            root: node.root,
            listen: [{ address: "127.0.0.1", port }],
            previews: { below: "preview.test", access: "anyone-with-the-address" },
          },
          file: join(web, "conf.d", "hostelry.conf"),
          mainFile,
          program,
        }),
      );
      expect(installed.outcome).toBe("installed");

      const { root } = node;
      const target = withStaleness(edge, {
        read: (options) => readStaleness(transport, { ...options, program, mainFile, root }),
      });
      const hosting = createHosting({ store: memoryStore(), blobs: memoryBlobStore(), targets: [target] });
      const site = await unwrap(hosting.sites.create({ name: "Acme" }));
      await symlink(`../sites/${site.id}`, join(node.outside, "hosts", "acme.test"));
      const upload = async (text: string): Promise<Revision> => {
        const files = { "index.html": text, "assets/app-a1b2c3d4.js": "start()" };
        const encoded = Object.entries(files).map(([path, each]) => [path, new TextEncoder().encode(each)]);
        const { id } = await unwrap(hosting.revisions.upload(site.id, zipSync(Object.fromEntries(encoded))));
        await unwrap(hosting.revisions.validate(id));
        return unwrap(hosting.revisions.get(id));
      };
      const seen: (string | undefined)[] = [];
      for (const text of ["one", "two"]) {
        const { publication } = await unwrap(hosting.publish((await upload(text)).id));
        expect(publication?.results).toMatchObject([{ outcome: "current", staleSeconds: 0 }]);
        expect(await ask({ port, host: "acme.test" })).toMatchObject({ status: 200, body: text });
        const asset = await ask({ port, host: "acme.test", path: "/assets/app-a1b2c3d4.js" });
        expect(asset).toMatchObject({ status: 200, body: "start()" });
        seen.push(asset.headers.etag);
      }
      expect(seen[1]).toBe(seen[0]);
      await unwrap(hosting.sites.setState(site.id, "maintenance"));
      expect((await ask({ port, host: "acme.test" })).status).toBe(503);
      await unwrap(hosting.sites.setState(site.id, "live"));
      const { preview } = await unwrap(hosting.previews.open((await upload("three")).id));
      const host = `${preview.id}--${site.id}.preview.test`;
      expect(await ask({ port, host })).toMatchObject({ status: 200, body: "three" });
      expect((await ask({ port, host: "acme.test" })).body).toBe("two");
      await unwrap(hosting.previews.revoke(preview.id));
      expect((await ask({ port, host })).status).toBe(404);
    } finally {
      await edge.close();
      await transport.close();
    }
  });
});
