import { dnsProviderConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { route53Harness } from "./route53-harness.ts";
import { type Route53StandIn, startRoute53StandIn } from "./route53-stand-in.ts";

let server: Route53StandIn;

describe("Route 53, as documented, through Amazon's client", () => {
  beforeAll(async () => {
    server = await startRoute53StandIn();
  });
  afterAll(() => server.stop());

  registerConformance(dnsProviderConformance(route53Harness(() => server)), { describe, it });
});
