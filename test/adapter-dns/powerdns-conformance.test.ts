import { dnsProviderConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { powerdnsHarness } from "./powerdns-harness.ts";

describe.skipIf(!serverAvailable("pdns_server", "sqlite3"))("a PowerDNS server", () => {
  let server: PowerdnsServer;
  beforeAll(async () => {
    server = await startPowerdns();
  });
  afterAll(() => server.stop());

  registerConformance(dnsProviderConformance(powerdnsHarness(() => server)), { describe, it });
});
