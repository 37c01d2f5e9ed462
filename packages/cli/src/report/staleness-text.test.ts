import type { StalenessReport } from "@hostelry/adapter-ssh";
import { describe, expect, it } from "vitest";
import { stalenessText } from "./staleness-text.ts";

const report: StalenessReport = {
  serverSeconds: 60,
  visitorSeconds: 3600,
  findings: [
    {
      cause: "open-file-cache",
      seconds: 60,
      where: "/etc/nginx/nginx.conf:12",
      place: "http",
      message: "nginx remembers opened files for 60 s.",
      nextStep: "Say `open_file_cache off;`.",
    },
    {
      cause: "browser-cache",
      seconds: 3600,
      where: "/etc/nginx/nginx.conf:20",
      place: "http",
      message: "Visitors keep it.",
      nextStep: "Take it away.",
    },
  ],
};

describe("how stale a flip can be seen", () => {
  it("names the bound and what decides it on the server", () => {
    expect(stalenessText({ target: "a", staleSeconds: 60 }, report)).toBe(
      "a: visitors may see the previous release for up to 60 s: open-file-cache (/etc/nginx/nginx.conf:12); " +
        "see docs/reference/edge-configuration.md#how-stale-a-flip-can-be-seen",
    );
  });

  it("says when there is no bound, and nothing when there is nothing or nothing is known", () => {
    expect(stalenessText({ target: "a", staleSeconds: null }, undefined)).toContain("without a bound; see");
    expect(stalenessText({ target: "a", staleSeconds: 0 }, report)).toBeUndefined();
    expect(stalenessText({ target: "a" }, undefined)).toBeUndefined();
  });
});
