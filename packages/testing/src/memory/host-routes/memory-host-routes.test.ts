import { describe, it } from "vitest";
import { hostRoutesConformance } from "../../conformance/host-routes/host-routes-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryHostRoutesHarness } from "./memory-host-routes-harness.ts";

registerConformance(hostRoutesConformance(memoryHostRoutesHarness()), { describe, it });

describe("a place that can do less", () => {
  const less = { redirects: "none", wildcards: false } as const;
  registerConformance(hostRoutesConformance(memoryHostRoutesHarness(undefined, less)), { describe, it });
});
