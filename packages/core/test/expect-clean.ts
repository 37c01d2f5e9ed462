import { type Hosting, unwrap } from "@hostelry/core";
import { expect } from "vitest";
import type { FleetScene } from "./fleet-scene.ts";
import { visitorSees } from "./scene.ts";

/** Every target shows this version and holds nothing that no record knows; the journal is closed, and one revision is published. */
export async function expectClean(
  { world, site }: FleetScene,
  hosting: Hosting,
  label: string,
  what: string,
): Promise<void> {
  expect(visitorSees(world, site), what).toEqual(world.targetStates.map(() => `<title>${label}</title>`));
  const status = await unwrap(hosting.sites.status(site.id));
  expect(status, what).toMatchObject({ inSync: true, unfinished: [] });
  const kept = new Set(
    (await unwrap(hosting.publications.list(site.id))).items
      .filter(({ state }) => state === "recorded")
      .map(({ release }) => release),
  );
  for (const { observed } of status.targets) {
    expect(observed?.leftovers, what).toBe(0);
    for (const release of observed?.releases ?? []) expect(kept.has(release), `${what}: orphan ${release}`).toBe(true);
  }
  const states = (await unwrap(hosting.revisions.list(site.id))).items.filter(({ state }) => state === "published");
  expect(states, what).toHaveLength(1);
}
