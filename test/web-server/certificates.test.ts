// Delivering to an edge node: real sshd, real nginx, real handshakes.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { edgeCertificates, sshTransport } from "@hostelry/adapter-ssh";
import type { Transport } from "@hostelry/core/adapter";
import { certificateTargetConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
import { type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { deliveredConfig, shownTo } from "./certificate-node.ts";

const available = sshNodesAvailable("gnu") && serverAvailable("nginx", "openssl", "flock");

describe.skipIf(!available)("certificates of an edge node over SSH", () => {
  let nodes: SshNodes;
  let transports: readonly Transport[] = [];
  let port = 0;
  let options = { root: "", mainFile: "", program: "" };

  beforeAll(async () => {
    nodes = await startSshNodes({ gnu: 1 });
    const node = nodes.one("gnu");
    [port = 0] = await freePorts(1);
    const web = join(dirname(node.outside), "web");
    await node.serve(deliveredConfig(node.root, port));
    // The node's nginx has a prefix of its own, as one that was built by hand may have.
    const program = join(web, "nginx");
    await writeFile(program, `#!/bin/sh\nexec ${requireServer("nginx")} -p ${web}/ "$@"\n`, { mode: 0o755 });
    options = { root: node.root, mainFile: join(web, "nginx.conf"), program };
    const auth = { kind: "key", privateKey: nodes.clientKey } as const;
    const place = { host: node.host, port: node.sshPort, user: node.user, hostKey: node.hostKey, auth };
    transports = [sshTransport(place), sshTransport(place)];
  });
  afterAll(async () => {
    for (const transport of transports) await transport.close();
    await nodes.stop();
  });

  const targetOver = (index: number) => {
    const transport = transports[index];
    if (transport === undefined) throw new Error("the node is up");
    return edgeCertificates(transport, { ...options, observeAt: `127.0.0.1:${port}` });
  };
  registerConformance(
    certificateTargetConformance({
      capabilities: { servesAtOnce: true },
      make: async () => ({
        subject: targetOver(0),
        another: () => targetOver(1),
        served: (name) => shownTo(port, name),
        damage: async (certificateId) => {
          const { outside } = nodes.one("gnu");
          await writeFile(join(outside, "certificates/held", certificateId, "current/key.pem"), "damaged\n");
        },
        dispose: async () => undefined,
      }),
    }),
    { describe, it },
  );
});
