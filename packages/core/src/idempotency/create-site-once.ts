import { hasCode } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { errAsync, type ResultAsync } from "../result/index.ts";
import { type CreateSiteError, createSite } from "../site/create-site.ts";
import type { Site, SiteId } from "../site/site.ts";
import type { IdempotentOptions } from "./idempotency-policy.ts";
import { type IdempotencyError, once } from "./once.ts";

/** `sites.create`, once for an idempotency key: every attempt names the same site, and finds the one that is there. */
export function createSiteOnce(
  ports: HostingPorts,
  input: { readonly name: string },
  options: IdempotentOptions = {},
): ResultAsync<Site, CreateSiteError | IdempotencyError> {
  return once(ports, { operation: "sites.create", input: [input.name], options }, (attempt) => {
    const id = attempt.id("site") as SiteId;
    return createSite(ports, input, options, id).orElse((error) => {
      if (!attempt.resumed || !hasCode(error, "STORE_CONFLICT")) return errAsync(error);
      return ports.store
        .getSite(id, { signal: options.signal })
        .map(asCreated)
        .mapErr(() => error);
    });
  });

  /** As it was before anybody changed it. */
  function asCreated({ id, createdAt }: Site): Site {
    return { id, name: input.name.trim(), state: "live", createdAt, version: 1 };
  }
}
