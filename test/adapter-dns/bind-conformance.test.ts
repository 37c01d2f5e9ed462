import { dnsProviderConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type BindServer, startBind } from "../servers/bind.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { bindHarness } from "./bind-harness.ts";

describe.skipIf(!serverAvailable("named", "nsupdate"))("a BIND server", () => {
  let server: BindServer;
  beforeAll(async () => {
    server = await startBind(80);
  });
  afterAll(() => server.stop());

  registerConformance(dnsProviderConformance(bindHarness(() => server)), { describe, it });
});
