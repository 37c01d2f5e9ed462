import type { SiteId } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import type { Pointer } from "./pointer.ts";
import { rememberedPointers } from "./remembered-pointers.ts";
import { emptyDocument } from "./site-document.ts";

const pointerOf = (etag: string): Pointer => ({ document: emptyDocument, etag });

describe("remembered pointers", () => {
  it("are those of the sites that were changed last", () => {
    const pointers = rememberedPointers(2);
    const [one, two, three] = ["one", "two", "three"] as SiteId[] as [SiteId, SiteId, SiteId];
    pointers.set(one, pointerOf("1"));
    pointers.set(two, pointerOf("2"));
    pointers.set(one, pointerOf("3"));
    pointers.set(three, pointerOf("4"));
    expect([one, two, three].map((siteId) => pointers.get(siteId)?.etag)).toEqual(["3", undefined, "4"]);
  });

  it("are forgotten on demand", () => {
    const pointers = rememberedPointers();
    pointers.set("one" as SiteId, pointerOf("1"));
    pointers.delete("one" as SiteId);
    expect(pointers.get("one" as SiteId)).toBeUndefined();
  });
});
