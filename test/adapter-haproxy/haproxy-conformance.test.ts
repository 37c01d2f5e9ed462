import { type HaproxyRuntime, haproxyRoutes } from "@hostelry/adapter-haproxy";
import { localTransport } from "@hostelry/adapter-local";
import { type HostRoutesHarness, hostRoutesConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type HaproxyServer, startHaproxy } from "../servers/haproxy.ts";
import { serverAvailable } from "../servers/server-binary.ts";

describe.skipIf(!serverAvailable("haproxy", "socat"))("routes in a real HAProxy", () => {
  let server: HaproxyServer;
  beforeAll(async () => {
    server = await startHaproxy();
  });
  afterAll(() => server.stop());

  const harness = (runtimeOf: () => HaproxyRuntime): HostRoutesHarness => ({
    capabilities: { redirects: "any", wildcards: true, compareAndSet: false },
    make: async () => {
      await server.clear();
      const open = () => haproxyRoutes({ runtime: runtimeOf(), mapFile: server.mapFile });
      return {
        subject: open(),
        backends: server.backends,
        visit: server.visit,
        another: open,
        restart: server.reload,
        dispose: async () => undefined,
      };
    },
  });

  describe("over its socket", () => {
    const cases = hostRoutesConformance(harness(() => ({ socketPath: server.socketPath })));
    registerConformance(cases, { describe, it });
  });

  // What is said and what is written is the same; here it is about how it gets there.
  describe("through a transport, with socat", () => {
    const transport = localTransport();
    afterAll(() => transport.close());
    const cases = hostRoutesConformance(harness(() => ({ transport, socketPath: server.socketPath })));
    const chosen = /route\/(?:moves|expect|survives-restart|many)|race\/apart|cancel/;
    registerConformance(
      cases.filter(({ id }) => chosen.test(id)),
      { describe, it },
    );
  });
});
