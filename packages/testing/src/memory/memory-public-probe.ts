import { okAsync, type PublicProbe, type PublicProbeOutcome, type PublicProbeRequest } from "@hostelry/core/adapter";

/** A {@link memoryPublicProbe}, and what it was asked. */
export interface MemoryPublicProbe extends PublicProbe {
  readonly requests: readonly PublicProbeRequest[];
}

/** A {@link PublicProbe} that sees what it is told to see; default: that everything is right. */
export function memoryPublicProbe(
  see: (request: PublicProbeRequest) => PublicProbeOutcome = () => ({ asked: true, mismatches: [] }),
): MemoryPublicProbe {
  const requests: PublicProbeRequest[] = [];
  return {
    spec: "public-probe/1",
    name: "public name",
    capabilities: {},
    requests,
    look: (request) => {
      requests.push(request);
      return okAsync(see(request));
    },
  };
}
