import type { IssueDecision } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { askHandler } from "./ask-handler.ts";

const told: string[] = [];
const ask = askHandler({
  index: {
    mayIssue: (host): IssueDecision =>
      host === "acme.de" ? { allowed: true, reason: "active" } : { allowed: false, reason: "unknown" },
  },
  onDecision: (host, { reason }) => told.push(`${host} ${reason}`),
});

async function asked(query: string, method = "GET"): Promise<readonly [number, string]> {
  const response = ask(new Request(`http://127.0.0.1:9/ask${query}`, { method }));
  return [response.status, (await response.text()).trim()];
}

describe("the answer to a web server that asks for a certificate", () => {
  it("is 200 for a name that may have one, and 403 with the reason for any other", async () => {
    expect(await asked("?domain=acme.de")).toEqual([200, "active"]);
    expect(await asked("?domain=evil.de")).toEqual([403, "unknown"]);
    expect(await asked("?domain=acme%2ede")).toEqual([200, "active"]);
    expect(told).toEqual(["acme.de active", "evil.de unknown", "acme.de active"]);
  });

  it("is no 2xx when it is not clear what is asked", async () => {
    expect((await asked(""))[0]).toBe(400);
    expect((await asked("?domain=acme.de&domain=evil.de"))[0]).toBe(400);
    expect((await asked("?domain="))[0]).toBe(403);
    expect((await asked("?domain=acme.de", "POST"))[0]).toBe(405);
  });
});
