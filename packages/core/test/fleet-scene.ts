import {
  type FleetPolicy,
  type Hosting,
  type HostingError,
  type PublishOutcome,
  type Result,
  type Site,
  unwrap,
} from "@hostelry/core";
import { expect } from "vitest";
import type { Revision } from "../src/revision/revision.ts";
import { type FaultyNode, faultyNode, harmlessAlone, type NodeFault } from "./faulty-fleet.ts";
import { branchOf, newWorld, noTurn, nth, siteWith, startProcess, visitorSees, type World } from "./scene.ts";

/** A site on so many nodes, v1 live on each, v2 and v3 ready. */
export interface FleetScene {
  readonly world: World;
  readonly site: Site;
  readonly revisions: readonly Revision[];
}

/** Makes it once; each run works on a branch. */
export async function fleetScene(nodes: number, capabilities?: World["capabilities"]): Promise<FleetScene> {
  const world: World = { ...newWorld(nodes, capabilities), turn: noTurn };
  const { hosting } = startProcess(world);
  const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
  await unwrap(hosting.publish(nth(revisions, 1)));
  return { world, site, revisions };
}

const page = (label: string): string => `<title>${label}</title>`;

/**
 * Publishes v2 on nodes with these faults, holds the answer against what visitors see, lets late flips arrive, mends all
 * nodes, and holds what `reconcile` makes of it, and the next publication, against the record.
 */
export async function publishOnFaulty(
  scene: FleetScene,
  faults: readonly NodeFault[],
  policy: FleetPolicy,
  required: number,
): Promise<"published" | "refused"> {
  const what = `${faults.join(" | ")} under ${JSON.stringify(policy)}`;
  const { site, revisions } = scene;
  const world = branchOf(scene.world);
  const nodes: FaultyNode[] = [];
  const { hosting } = startProcess(world, (options) => {
    nodes.push(...options.targets.map((target, index) => faultyNode(target, faults[index] ?? "none")));
    return { ...options, targets: nodes.map(({ target }) => target) };
  });
  const answer = await hosting.publish(nth(revisions, 2), { policy });

  const well = faults.filter((fault) => harmlessAlone.has(fault)).length;
  if (well >= required) expect(answer.isOk(), `${what}: ${answer.isErr() ? answer.error.message : ""}`).toBe(true);
  // Too few, and published all the same: only where late flips made up for the others before anybody could stop them.
  else if (answer.isOk()) expect(faults.includes("flip late"), what).toBe(true);
  if (answer.isOk())
    expectPublished(answer.value, visitorSees(world, site), { faults: well >= required ? faults : [], required, what });
  else expectRefused(answer, visitorSees(world, site), faults, nodes, what);

  for (const node of nodes) await node.arrive();
  if (answer.isErr() && stateOf(answer.error) === "unchanged") {
    expect(new Set(visitorSees(world, site)), `${what}: a late flip was kept out`).toEqual(new Set([page("v1")]));
  }
  await expectMended(world, scene, answer, what);
  return answer.isOk() ? "published" : "refused";
}

function expectPublished(
  { deliveries, behind }: PublishOutcome,
  seen: readonly (string | undefined)[],
  {
    faults,
    required,
    what,
  }: { readonly faults: readonly NodeFault[]; readonly required: number; readonly what: string },
): void {
  deliveries.forEach(({ target, outcome }, index) => {
    expect(behind.includes(target), what).toBe(outcome === "behind");
    if (outcome === "current") expect(seen[index], `${what}: ${target}`).toBe(page("v2"));
  });
  expect(deliveries.length - behind.length, what).toBeGreaterThanOrEqual(required);
  faults.forEach((fault, index) => {
    const delivery = deliveries[index];
    const current = harmlessAlone.has(fault);
    expect(delivery?.outcome, `${what}: ${delivery?.target}`).toBe(current ? "current" : "behind");
    // One that serves the new release wrongly goes back to what it served well.
    if (fault === "served wrongly")
      expect([seen[index], delivery?.shows], what).toEqual([page("v1"), expect.any(String)]);
  });
}

function expectRefused(
  answer: Result<unknown, HostingError>,
  seen: readonly (string | undefined)[],
  faults: readonly NodeFault[],
  nodes: readonly FaultyNode[],
  what: string,
): void {
  const error = answer._unsafeUnwrapErr();
  if (stateOf(error) === "unchanged") {
    expect(new Set(seen), `${what}: what the error says is so`).toEqual(new Set([page("v1")]));
    return;
  }
  expect(error.code, what).toBe("PUBLISH_FAILED");
  const shows = error.code === "PUBLISH_FAILED" ? (error.details.shows ?? []) : [];
  expect(shows, what).toHaveLength(faults.length);
  shows.forEach(({ release, certain }, index) => {
    expect(certain, `${what}: ${index}`).toBe(!nodes[index]?.gone);
    if (certain) expect(seen[index], `${what}: ${index}`).toBe(page(release?.startsWith("1-") === true ? "v1" : "v2"));
  });
  // Whoever could be put back has been: only a node's own fault keeps it on the new release. Where late flips reached all
  // that can be asked, nobody can tell yet what it will be; but it is one version.
  const free = seen.filter((_, index) => nodes[index]?.gone !== true && faults[index] !== "back refused");
  const expected = faults.includes("flip late") && free.length > 0 ? free[0] : page("v1");
  for (const shown of free) expect(shown, what).toBe(expected);
}

/** Everything works again: `reconcile` makes one version of it, the one that the answer says, and the next publication is well. */
export async function expectMended(
  world: World,
  { site, revisions }: FleetScene,
  answer: Result<unknown, HostingError>,
  what: string,
): Promise<void> {
  const { hosting } = startProcess(world);
  const plan = await unwrap(hosting.planReconcile(site.id));
  const reconciled = await unwrap(hosting.reconcile(site.id));
  expect(reconciled.inSync, what).toBe(true);
  const seen = new Set(visitorSees(world, site));
  if (answer.isOk()) expect(seen, what).toEqual(new Set([page("v2")]));
  else if (answer.error.code !== "ADAPTER_FAILED" && stateOf(answer.error) === "unchanged")
    expect(seen, what).toEqual(new Set([page("v1")]));
  // The store's own error says what became of its call, and nothing of the publication.
  else expect(seen.size, `${what}: one version everywhere`).toBe(1);
  await expectInSync(hosting, site, what);
  const again = await unwrap(hosting.reconcile(site.id));
  expect(
    again.targets.every(({ outcome }) => outcome === "in-sync"),
    what,
  ).toBe(true);
  if (plan.inSync)
    expect(
      reconciled.targets.every(({ outcome }) => outcome === "in-sync"),
      what,
    ).toBe(true);
  await unwrap(hosting.publish(nth(revisions, 3)));
  expect(new Set(visitorSees(world, site)), what).toEqual(new Set([page("v3")]));
  await expectInSync(hosting, site, what);
}

async function expectInSync(hosting: Hosting, site: Site, what: string): Promise<void> {
  expect(await unwrap(hosting.sites.status(site.id)), what).toMatchObject({ inSync: true, unfinished: [] });
  expect((await unwrap(hosting.planReconcile(site.id))).inSync, what).toBe(true);
}

function stateOf(error: HostingError): string {
  return error.code === "PUBLISH_FAILED" ? error.details.state : "unchanged";
}
