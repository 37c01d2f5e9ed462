import { describe, it } from "vitest";
import { dnsProviderConformance } from "../../conformance/dns/dns-provider-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryDnsHarness } from "./memory-dns-harness.ts";

registerConformance(dnsProviderConformance(memoryDnsHarness()), { describe, it });
