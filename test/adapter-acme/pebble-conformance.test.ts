import { acmeAuthority, newAccountKey } from "@hostelry/adapter-acme";
import { certificateAuthorityConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { pebbleAvailable } from "../servers/pebble.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { pebbleHarness } from "./pebble-harness.ts";
import { type AcmeWorld, acmeWorld, powerdnsWorld } from "./world.ts";

// A fifth of all nonces is refused all the while, and an order without a profile gets any of them.
const refusedNonces = 20;
const { capabilities } = acmeAuthority({ directoryUrl: "https://127.0.0.1:1/dir", accountKey: newAccountKey() });

describe.skipIf(!serverAvailable("pdns_server", "sqlite3") || !pebbleAvailable())("Pebble, by ACME", () => {
  let world: AcmeWorld;
  beforeAll(async () => {
    world = await acmeWorld(await powerdnsWorld(), { refusedNonces });
  });
  afterAll(async () => {
    await world.stop();
    await world.dns.stop();
  });

  registerConformance(certificateAuthorityConformance(pebbleHarness(() => world, capabilities)), { describe, it });
});
