import { describe, expect, it } from "vitest";
import {
  describeError,
  errorCodes,
  errorTable,
  type HostingError,
  hasCode,
  hostingError,
  isHostingError,
} from "./index.ts";

const sample = (): HostingError<"SITE_NOT_FOUND"> =>
  hostingError("SITE_NOT_FOUND", "There is no site x.", { siteId: "x" }, { cause: new Error("password=secret") });

describe("hostingError", () => {
  it("carries code, details, next step and the page that explains it", () => {
    const error = sample();
    expect(error.code).toBe("SITE_NOT_FOUND");
    expect(error.details).toEqual({ siteId: "x" });
    expect(error.nextStep).toBe(errorTable.SITE_NOT_FOUND.nextStep);
    expect(error.help).toBe("docs/reference/errors/SITE_NOT_FOUND.md");
    expect(error).toBeInstanceOf(Error);
  });

  it("survives JSON without its cause", () => {
    const text = JSON.stringify(sample());
    expect(JSON.parse(text)).toMatchObject({ code: "SITE_NOT_FOUND", details: { siteId: "x" }, retryable: false });
    expect(text).not.toContain("secret");
  });

  it("takes retryable from the table unless the error says otherwise", () => {
    expect(hostingError("ABORTED", "Stopped.", { operation: "x" }).retryable).toBe(true);
    expect(hostingError("ABORTED", "Stopped.", { operation: "x" }, { retryable: false }).retryable).toBe(false);
  });

  it("is known by its mark, also from another copy of the class", () => {
    const foreign = Object.defineProperty(new Error("x"), Symbol.for("@hostelry/hosting-error"), { value: true });
    expect([sample(), foreign, new Error("x"), null, "x"].map(isHostingError)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(hasCode(sample(), "FENCED", "SITE_NOT_FOUND")).toBe(true);
    expect(hasCode(sample(), "FENCED")).toBe(false);
  });
});

describe("the table of codes", () => {
  it.each(errorCodes)("%s says what to do in one sentence", (code) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(errorTable[code].nextStep).toMatch(/^[A-Z].*\.$/);
  });
});

describe("describeError", () => {
  it("says the sentence, the code and the next step", () => {
    expect(describeError(sample())).toMatch(/There is no site x\. \[SITE_NOT_FOUND\]\n {2}List the sites/);
  });
});
