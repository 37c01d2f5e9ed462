import { randomBytes } from "node:crypto";
import type { ResourceProviderHarness } from "../../conformance/resource/resource-harness.ts";
import { memoryPlace } from "./memory-place.ts";
import { type MemoryResourceProvider, memoryResourceProvider } from "./memory-resource-provider.ts";

/** The harness of the in-memory resource provider, for the kit's own tests. `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryResourceHarness(
  spoil: (provider: MemoryResourceProvider) => MemoryResourceProvider = (provider) => provider,
): ResourceProviderHarness {
  const { capabilities } = memoryResourceProvider();
  return {
    capabilities,
    make: async () => {
      const at = memoryPlace();
      const open = (): MemoryResourceProvider => spoil(memoryResourceProvider({ at }));
      const subject = open();
      return {
        subject,
        secrets: { password: `secret-${randomBytes(8).toString("hex")}` },
        fresh: () => ({
          kind: subject.kind,
          place: subject.place,
          key: `key-${randomBytes(8).toString("hex")}`,
          desired: { owner: "ada" },
        }),
        changed: (resource) => ({ ...resource, desired: { ...resource.desired, text: "changed" } }),
        occupy: async ({ key }) => {
          at.accounts.set(key, { owner: "mallory" });
          at.rooms.set(key, { size: 1 });
          at.signs.set(key, { text: "" });
        },
        abandon: async ({ key }) => {
          at.accounts.set(key, { owner: "somebody" });
        },
        another: async () => open(),
        dispose: async () => undefined,
      };
    },
  };
}
