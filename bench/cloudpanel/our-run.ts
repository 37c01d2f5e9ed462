import { cloudPanelServer } from "@hostelry/adapter-cloudpanel";
import { sshTransport } from "@hostelry/adapter-ssh";
import { createHosting, provisionWaiting, type SiteId } from "@hostelry/core";
import { flow, okAsync, type Target, unwrap } from "@hostelry/core/adapter";
import { memoryBlobStore, memoryOperationStore, memoryStore, memoryWaitingSites } from "@hostelry/testing";
import { zipSync } from "fflate";
import type { Contender } from "../harness/bench.ts";
import { measureHere } from "../harness/own-figures.ts";
import { type PanelPlace, type PlaceSize, pages, panelPlace } from "./panel-place.ts";

const archive = zipSync(Object.fromEntries(Object.entries(pages).map(([name, text]) => [name, Buffer.from(text)])));

/** `provisionWaiting`, with a panel site and a publication for each site. */
export function ourRun(size: PlaceSize): Contender {
  return {
    name: "provisionWaiting",
    prepare: async () => {
      const place = await panelPlace(size);
      return { measure: () => measureHere(() => run(place)), end: () => place.end() };
    },
  };
}

async function run({ hosts, ports, sites }: PanelPlace): Promise<void> {
  const waiting = memoryWaitingSites();
  for (const { id, domain, server } of sites) {
    waiting.add({ id, server: String(server), domain, name: domain, analytics: false, wishes: {} });
  }
  const targets = new Map<SiteId, Target>();
  const hosting = createHosting({
    store: memoryStore(),
    blobs: memoryBlobStore(),
    targets: ({ id }) => [...targets].flatMap(([siteId, target]) => (siteId === id ? [target] : [])),
  });
  const result = await unwrap(
    provisionWaiting({
      sites: waiting,
      operations: memoryOperationStore(),
      openServer: (place) => {
        const host = hosts[Number(place)];
        const auth = { kind: "key", privateKey: host?.privateKey ?? "" } as const;
        const access = { host: "127.0.0.1", port: ports[Number(place)], user: "root", hostKey: host?.hostKey ?? "" };
        return okAsync(
          cloudPanelServer({
            transport: sshTransport({ ...access, auth, name: place }),
            place,
            target: { prepares: false },
            publish: (target, site) =>
              flow(async function* () {
                const { id } = yield* hosting.sites.create({ name: site.name });
                targets.set(id, target);
                const revision = yield* hosting.revisions.upload(id, archive);
                yield* hosting.revisions.validate(revision.id);
                return hosting.publish(revision.id);
              }),
          }),
        );
      },
    }),
  );
  const failed = result.sites.filter(({ state }) => state !== "active");
  if (failed.length > 0) throw new Error(`${failed.length} sites failed: ${JSON.stringify(failed[0]?.reason)}`);
}
