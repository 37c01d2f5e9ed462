import { unwrap } from "@hostelry/core/adapter";
import { simulatedClock } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { acmeAuthority } from "./acme-authority.ts";
import { newAccountKey } from "./protocol/account-key.ts";

const accountKey = newAccountKey();
const base = "https://ca.test";
const now = new Date("2026-06-01T12:00:00.000Z");

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly header: Record<string, unknown>;
  readonly payload: unknown;
}
type Reply = readonly [status: number, body: unknown, headers?: Record<string, string>];

/** An authority that answers signed requests as it is told; everything before them goes well. */
function scripted(answer: (sent: Sent, count: number) => Reply | "lost", overrides: Record<string, unknown> = {}) {
  const sent: Sent[] = [];
  let nonces = 0;
  const respond = ([status, body, headers = {}]: Reply): Response => {
    nonces += 1;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text, { status, headers: { "replay-nonce": `nonce-${nonces}`, ...headers } });
  };
  const fetcher = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const path = new URL(String(url)).pathname;
    const method = init.method ?? "GET";
    if (path === "/dir") return respond([200, { ...directory, ...overrides }]);
    if (path === "/nonce") return new Response(null, { status: 200, headers: { "replay-nonce": `first-${nonces}` } });
    const part = (text: unknown): Record<string, unknown> =>
      text === "" ? {} : JSON.parse(Buffer.from(String(text), "base64url").toString());
    const body = init.body === undefined || init.body === null ? {} : JSON.parse(String(init.body));
    const header = body.protected === undefined ? {} : part(body.protected);
    sent.push({ method, path, header, payload: body.payload === undefined ? undefined : part(body.payload) });
    if (path === "/account") return respond([200, { status: "valid" }, { location: `${base}/account/1` }]);
    const reply = answer(sent[sent.length - 1] as Sent, sent.length);
    if (reply === "lost")
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("gone"), { code: "ECONNRESET" }) });
    return respond(reply);
  };
  const clock = simulatedClock({ now });
  const authority = acmeAuthority({ directoryUrl: `${base}/dir`, accountKey, fetch: fetcher as typeof fetch, clock });
  return { authority, sent };
}

const directory = {
  newNonce: `${base}/nonce`,
  newAccount: `${base}/account`,
  newOrder: `${base}/order`,
  revokeCert: `${base}/revoke`,
};
const order = {
  status: "pending",
  expires: "2026-06-08T12:00:00Z",
  identifiers: [
    { type: "dns", value: "b.test" },
    { type: "dns", value: "a.test" },
  ],
  authorizations: [`${base}/proof/1`],
  finalize: `${base}/order/1/finalize`,
};
const names = ["a.test", "b.test"];

function problem(status: number, type: string, headers: Record<string, string> = {}, more: object = {}): Reply {
  return [status, { type: `urn:ietf:params:acme:error:${type}`, detail: `too bad: ${type}`, status, ...more }, headers];
}

it("looks whether an account was registered by somebody else when the server fails, and tells the failure if not", async () => {
  const registrar = { newAccount: `${base}/registrar` };
  const request = { emails: [], termsOfServiceAgreed: true };
  const there = scripted(
    ({ payload }) =>
      JSON.stringify(payload) === '{"onlyReturnExisting":true}'
        ? [200, { status: "valid" }, { location: `${base}/account/1` }]
        : problem(500, "serverInternal"),
    registrar,
  );
  expect(await unwrap(there.authority.registerAccount(request))).toMatchObject({
    account: { id: `${base}/account/1` },
    created: false,
  });
  const failing = scripted(() => problem(500, "serverInternal"), registrar);
  expect((await failing.authority.registerAccount(request))._unsafeUnwrapErr()).toMatchObject({
    code: "ADAPTER_FAILED",
    details: { operation: "registerAccount", state: "unknown" },
  });
});

describe("an order at an authority", () => {
  it("is placed with a signed request: this address, a nonce of its own, the account's address", async () => {
    const { authority, sent } = scripted(() => [201, order, { location: `${base}/order/1`, "retry-after": "7" }]);
    const placed = await unwrap(authority.placeOrder({ names, profile: "short", replaces: "aki.serial" }));
    expect(placed).toEqual({
      id: `${base}/order/1`,
      status: "pending",
      names,
      expiresAt: new Date("2026-06-08T12:00:00Z"),
      retryAfterMs: 7000,
    });
    const [account, placing] = sent;
    expect(account?.header).toMatchObject({ alg: "ES256", url: `${base}/account`, jwk: { kty: "EC", crv: "P-256" } });
    expect(Object.keys(account?.header["jwk"] ?? {}).sort()).toEqual(["crv", "kty", "x", "y"]);
    expect(account?.payload).toEqual({ onlyReturnExisting: true });
    expect(placing?.header).toMatchObject({ alg: "ES256", url: `${base}/order`, kid: `${base}/account/1` });
    expect(placing?.header["jwk"]).toBeUndefined();
    expect(placing?.header["nonce"]).not.toBe(account?.header["nonce"]);
    expect(placing?.payload).toEqual({
      identifiers: names.map((value) => ({ type: "dns", value })),
      profile: "short",
      replaces: "aki.serial",
    });
  });

  it("waits for hours at the caller's, not in here, when a limit is reached", async () => {
    const inSeconds = scripted(() => problem(429, "rateLimited", { "retry-after": "10800" }));
    expect((await inSeconds.authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_THROTTLED",
      retryable: true,
      details: { operation: "placeOrder", retryAt: "2026-06-01T15:00:00.000Z", state: "unchanged" },
    });
    expect(inSeconds.sent.filter(({ path }) => path === "/order")).toHaveLength(1);
    const asDate = scripted(() => problem(429, "rateLimited", { "retry-after": "Wed, 03 Jun 2026 00:00:00 GMT" }));
    expect((await asDate.authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({
      details: { retryAt: "2026-06-03T00:00:00.000Z" },
    });
    const busy = scripted(() => [503, "come back later", { "retry-after": "60" }]);
    expect((await busy.authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_THROTTLED",
    });
    const unsaid = scripted(() => problem(429, "rateLimited"));
    expect((await unsaid.authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({
      details: { retryAt: null },
    });
  });

  it("is sent again with the nonce that comes with a refused one, and given up when none is ever taken", async () => {
    const thrice = scripted((_sent, count) =>
      count < 5 ? problem(400, "badNonce") : [201, order, { location: `${base}/order/1` }],
    );
    await unwrap(thrice.authority.placeOrder({ names }));
    const nonces = thrice.sent.map(({ header }) => header["nonce"]);
    expect(nonces).toHaveLength(5);
    expect(new Set(nonces).size).toBe(5);
    const never = scripted(() => problem(400, "badNonce"));
    expect((await never.authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED" });
    expect(never.sent.filter(({ path }) => path === "/order")).toHaveLength(21);
  });

  it("says which names are refused, and for each one why", async () => {
    const subproblems = [
      {
        type: "urn:ietf:params:acme:error:caa",
        detail: "CAA of\na.test\u0000forbids",
        identifier: { type: "dns", value: "a.test" },
      },
    ];
    const { authority } = scripted(() => problem(403, "rejectedIdentifier", {}, { subproblems }));
    expect((await authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({
      code: "CERTIFICATE_REFUSED",
      details: {
        authority: "acme",
        operation: "placeOrder",
        problem: "rejectedIdentifier",
        names: [{ name: "a.test", problem: "caa", detail: "CAA of a.test forbids" }],
      },
    });
  });

  it("says that its account is deactivated, and looks for the account again when it is gone", async () => {
    const detail = 'Account is not valid, has status "deactivated"';
    const deactivated = scripted(() => problem(403, "unauthorized", {}, { detail }));
    expect((await deactivated.authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({
      code: "CERTIFICATE_ACCOUNT_MISSING",
      details: { reason: "deactivated" },
    });
    const gone = scripted((_sent, count) =>
      count === 2 ? problem(400, "accountDoesNotExist") : [201, order, { location: `${base}/order/1` }],
    );
    expect((await gone.authority.placeOrder({ names }))._unsafeUnwrapErr().code).toBe("CERTIFICATE_ACCOUNT_MISSING");
    await unwrap(gone.authority.placeOrder({ names }));
    expect(gone.sent.map(({ path }) => path)).toEqual(["/account", "/order", "/account", "/order"]);
  });

  it("is known to be there or not to be known, when the answer is lost or a server fails", async () => {
    const lost = scripted(() => "lost");
    expect((await lost.authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_FAILED",
      details: { state: "unknown" },
    });
    const failing = scripted(() => problem(500, "serverInternal"));
    expect((await failing.authority.placeOrder({ names }))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_FAILED",
      details: { state: "unknown" },
    });
  });

  it("is refused when the answer is none: no address, no JSON, an unknown status, far too long", async () => {
    const location = { location: `${base}/order/1` };
    const answers: readonly Reply[] = [
      [201, order],
      [201, "<html>", location],
      [201, { ...order, status: "odd" }, location],
      [201, { ...order, finalize: 7 }, location],
      [201, " ".repeat(300_000), location],
      [302, "", { location: "https://elsewhere.test/" }],
    ];
    for (const answer of answers) {
      const { authority } = scripted(() => answer);
      expect((await authority.placeOrder({ names }))._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
    }
  });

  it("has no challenge whose token could be a path", async () => {
    const challenge = (token: string) => ({
      type: "http-01",
      status: "pending",
      url: `${base}/c/${token.length}`,
      token,
    });
    const { authority } = scripted(({ path }) =>
      path === "/order/1"
        ? [200, order]
        : [
            200,
            {
              status: "pending",
              identifier: { type: "dns", value: "a.test" },
              challenges: [
                challenge("../../etc"),
                challenge("good-one_1"),
                { type: "tls-alpn-01", status: "pending", url: `${base}/c/0`, token: "x" },
              ],
            },
          ],
    );
    const { proofs } = await unwrap(authority.getOrder(`${base}/order/1`));
    const [proof] = proofs;
    expect(proof?.challenges).toHaveLength(1);
    const [held] = proof?.challenges ?? [];
    expect(held).toMatchObject({ type: "http-01", token: "good-one_1", status: "pending" });
    // RFC 8555, section 8.1: the token, a dot, and the SHA-256 thumbprint of the key, which is 43 characters.
    expect(held?.type === "http-01" && held.content).toMatch(/^good-one_1\.[A-Za-z0-9_-]{43}$/);
  });

  it("ends with its caller", async () => {
    const leaving = new AbortController();
    const { authority } = scripted(() => {
      leaving.abort();
      return "lost";
    });
    const ended = await authority.placeOrder({ names }, { signal: leaving.signal });
    expect(ended._unsafeUnwrapErr().code).toBe("ABORTED");
  });
});

describe("an authority", () => {
  it("that gives no advice on renewals is asked for none", async () => {
    const { authority, sent } = scripted(() => [500, ""]);
    const facts = await unwrap(authority.readFacts());
    expect(facts).toEqual({
      termsOfService: null,
      website: null,
      caaIdentities: [],
      externalAccountRequired: false,
      profiles: {},
      renewalInfo: false,
    });
    expect(sent).toEqual([]);
  });

  it("is not made of a key or an address that can't be used, and the key is not repeated", () => {
    const secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----";
    const make = (options: { readonly directoryUrl?: string; readonly accountKey?: string }) => () =>
      acmeAuthority({ directoryUrl: `${base}/dir`, accountKey, ...options });
    expect(make({ accountKey: secret })).toThrow(TypeError);
    expect(make({ accountKey: secret })).not.toThrow(/c2VjcmV0/);
    expect(make({ directoryUrl: "ftp://ca.test/" })).toThrow(TypeError);
    expect(make({ directoryUrl: "ca.test" })).toThrow(TypeError);
  });
});
