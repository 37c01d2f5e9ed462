// A name of the customer's own: claimed, proven, bound, served, given up; and what happens to who has no proof.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isMarkerName, type TenantId, unwrap } from "@hostelry/core";
import { createSiteHandler, domainResolver } from "@hostelry/serve";
import { bindings, close, content, domains, edge, index, provider, publish, zone } from "./platform.ts";

const [ada, mallory] = ["ada", "mallory"] as TenantId[] as [TenantId, TenantId];
const [lantern, trap] = [await publish("The Lantern"), await publish("The Trap")];
const handler = createSiteHandler({ content, resolve: domainResolver({ index }) });
const visit = async (host: string): Promise<void> => {
  await unwrap(index.refresh());
  const { status, headers } = await handler.fetch(new Request(`https://${host}/`));
  console.log(`  https://${host}/: ${status}${headers.has("location") ? ` → ${headers.get("location")}` : ""}`);
};

console.log("claimed by two:");
const wanted = await unwrap(domains.claim({ tenantId: ada, siteId: lantern, hostname: "WWW.Lantern.de" }));
const stolen = await unwrap(domains.claim({ tenantId: mallory, siteId: trap, hostname: "www.lantern.de" }));
if (wanted.instructions.method !== "dns") throw new Error("a customer's name is proven by DNS");
console.log(`  Ada is asked for a TXT record at ${wanted.instructions.name}`);
const refused = await bindings.bind(stolen.domain.id, trap);
console.log(`  Mallory binds it: ${refused.isErr() ? refused.error.code : "bound"}`);

console.log("proven by Ada, and bound:");
const { name, value } = wanted.instructions;
const proof = { action: "add", name, type: "TXT", values: [value], ttlSeconds: 60 } as const;
await unwrap(provider.applyChanges({ zone: "lantern.de", changes: [proof] }));
await unwrap(domains.verify(wanted.domain.id));
await unwrap(bindings.bind(wanted.domain.id, lantern));
await visit("www.lantern.de");
await visit("lantern.de");

console.log("the name without www, sent on:");
const apex = await unwrap(
  domains.claim({ tenantId: ada, siteId: lantern, hostname: "lantern.de", redirect: "to-www" }),
);
if (apex.instructions.method !== "dns") throw new Error("a customer's name is proven by DNS");
const again = { ...proof, name: apex.instructions.name, values: [apex.instructions.value] };
await unwrap(provider.applyChanges({ zone: "lantern.de", changes: [again] }));
await unwrap(domains.verify(apex.domain.id));
await unwrap(bindings.bind(apex.domain.id, lantern));
await visit("lantern.de");
const { complete, steps } = await unwrap(bindings.status(apex.domain.id));
console.log(
  `  ${steps.map(({ part, state }) => `${part} ${state}`).join(", ")}: ${complete ? "complete" : "not complete"}`,
);

console.log("given up:");
await unwrap(bindings.unbind(wanted.domain.id));
await visit("www.lantern.de");
await visit("lantern.de");
console.log(`  on the edge node: ${(await readdir(join(edge, "hosts"))).join(", ")}`);
const left = [...zone.sets.values()].filter((set) => set.type === "A" && !isMarkerName(set.name));
console.log(`  in the zone: ${left.map((set) => `${set.name} ${set.type} ${set.values.join()}`).join(", ")}`);

await close();
