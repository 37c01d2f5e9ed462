import { describe, expect, it } from "vitest";
import { signatureProblem, type WireRequest } from "./fake-signature.ts";

// The example of Amazon's documentation (signature calculation in the Authorization header, GET object).
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
const at = new Date("2013-05-24T00:00:00Z");
const signed: WireRequest = {
  method: "GET",
  target: "/test.txt",
  headers: {
    host: "examplebucket.s3.amazonaws.com",
    range: "bytes=0-9",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-amz-date": "20130524T000000Z",
    authorization: `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
  },
};
const inUrl: WireRequest = {
  method: "GET",
  target: `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
  headers: { host: "examplebucket.s3.amazonaws.com" },
};

const problem = (request: WireRequest, now: Date = at, known = credentials): unknown =>
  signatureProblem(request, known, now, true)?.code;

describe("a signature in the header", () => {
  it("that Amazon published is right", () => {
    expect(problem(signed)).toBeUndefined();
  });

  it("is wrong as soon as anything that is signed is another", () => {
    expect(problem({ ...signed, method: "PUT" })).toBe("SignatureDoesNotMatch");
    expect(problem({ ...signed, target: "/test2.txt" })).toBe("SignatureDoesNotMatch");
    expect(problem({ ...signed, target: "/test.txt?acl=" })).toBe("SignatureDoesNotMatch");
    for (const [name, value] of [
      ["range", "bytes=0-10"],
      ["host", "another"],
      ["x-amz-content-sha256", "0".repeat(64)],
    ] as const) {
      expect(problem({ ...signed, headers: { ...signed.headers, [name]: value } }), name).toBe("SignatureDoesNotMatch");
    }
    expect(problem(signed, at, { ...credentials, secretAccessKey: "another" })).toBe("SignatureDoesNotMatch");
    expect(problem(signed, at, { ...credentials, accessKeyId: "another" })).toBe("InvalidAccessKeyId");
  });

  it("has to be there, and to cover what is the store's", () => {
    expect(problem({ ...signed, headers: { host: "a" } })).toBe("AccessDenied");
    const added = { ...signed.headers, "x-amz-copy-source": "/examplebucket/secret" };
    expect(problem({ ...signed, headers: added })).toBe("AccessDenied");
  });

  it("is good for a quarter of an hour, before and after", () => {
    const minutes = (count: number): Date => new Date(at.getTime() + count * 60_000);
    expect([problem(signed, minutes(14)), problem(signed, minutes(-14))]).toEqual([undefined, undefined]);
    expect(problem(signed, minutes(16))).toBe("RequestTimeTooSkewed");
    expect(problem(signed, minutes(-16))).toBe("RequestTimeTooSkewed");
  });
});

describe("a signature in the URL", () => {
  it("that Amazon published is right until its time is over", () => {
    expect(problem(inUrl)).toBeUndefined();
    expect(problem(inUrl, new Date("2013-05-24T23:59:59Z"))).toBeUndefined();
    expect(problem(inUrl, new Date("2013-05-25T00:00:01Z"))).toBe("AccessDenied");
  });

  it("is wrong for another object, and with a longer time", () => {
    expect(problem({ ...inUrl, target: inUrl.target.replace("test", "best") })).toBe("SignatureDoesNotMatch");
    expect(problem({ ...inUrl, target: inUrl.target.replace("=86400", "=96400") })).toBe("SignatureDoesNotMatch");
  });
});
