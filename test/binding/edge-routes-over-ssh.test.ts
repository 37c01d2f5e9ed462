// Routes of edge nodes behind real sshds, one of which has BusyBox and nothing else.
import { readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { edgeRoutes, sshTransport } from "@hostelry/adapter-ssh";
import { type HostRoutesHarness, hostRoutesConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newEdgeRoot } from "../adapter-ssh/fixtures/edge-root.ts";
import { optionsFor } from "../adapter-ssh/transport-harness.ts";
import { type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";

const sites = ["site-00000000000000000001", "site-00000000000000000002"] as const;

describe.each(["gnu", "busybox"] as const)("routes of an edge node of kind %s", (kind) => {
  describe.skipIf(!sshNodesAvailable(kind))("over SSH", () => {
    let nodes: SshNodes;
    beforeAll(async () => {
      nodes = await startSshNodes({ [kind]: 1, web: false });
    });
    afterAll(() => nodes.stop());

    const harness: HostRoutesHarness = {
      capabilities: { redirects: "counterpart", wildcards: true, compareAndSet: false },
      without: ["restart"],
      make: async () => {
        const node = nodes.one(kind);
        const { outside, root } = await newEdgeRoot(node);
        const transport = sshTransport(optionsFor(nodes, node));
        const open = () => edgeRoutes(transport, root);
        return {
          subject: open(),
          backends: sites,
          another: open,
          // What a web server makes of the link is looked at beside; here it is the link that counts.
          visit: async (hostname) => {
            const linkAt = (file: string): Promise<string | null> =>
              readlink(join(outside, "hosts", file)).catch((cause: NodeJS.ErrnoException) => {
                if (cause.code === "ENOENT") return null;
                throw cause;
              });
            const link = (await linkAt(hostname)) ?? (await linkAt(hostname.replace(/^[^.]+\./, "_.")));
            if (link === null) return null;
            if (link === "../redirects/to-apex") return `→ ${hostname.replace(/^www\./, "")}`;
            return link === "../redirects/to-www" ? `→ www.${hostname}` : basename(link);
          },
          dispose: async () => {
            await transport.close();
            await rm(outside, { recursive: true, force: true });
          },
        };
      },
    };
    // How input is checked does not depend on the node.
    const chosen = /route\/(?:new|moves|expect)|unroute|redirect|wildcard|list\/pages|race|cancel/;
    registerConformance(
      hostRoutesConformance(harness).filter(({ id }) => chosen.test(id)),
      { describe, it },
    );
  });
});
