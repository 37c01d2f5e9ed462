import { edgeConfig } from "@hostelry/adapter-ssh";
import { describe, expect, it } from "vitest";
import { hostelry } from "./hostelry.ts";
import { runHere } from "./in-process.ts";

describe("hostelry edge config", () => {
  it("prints the configuration and nothing else", async () => {
    const run = await hostelry(["edge", "config", "nginx", "--root", "/srv/hostelry"]);
    expect([run.code, run.stderr]).toEqual([0, ""]);
    expect(run.stdout).toBe(edgeConfig("nginx", { root: "/srv/hostelry" })._unsafeUnwrap());
  });

  it("takes every option", async () => {
    const words =
      "--listen 127.0.0.1:8443,[::1]:8443 --certificate /c.pem --key /k.pem --site-labels sites.test --previews p.test";
    const more =
      "--gate http://127.0.0.1:7080/check --missing-path marked --php unix:/run/php.sock --retry-after 30 --compress never";
    const run = await runHere(["edge", "config", "caddy", "--root", "/srv/x", ...`${words} ${more} --json`.split(" ")]);
    const tls = { certificateFile: "/c.pem", keyFile: "/k.pem" };
    const expected = edgeConfig("caddy", {
      root: "/srv/x",
      listen: [
        { address: "127.0.0.1", port: 8443, tls },
        { address: "[::1]", port: 8443, tls },
      ],
      siteLabels: "sites.test",
      previews: { below: "p.test", access: { askAt: "http://127.0.0.1:7080/check" } },
      missingPath: "marked",
      php: { listensAt: "unix:/run/php.sock" },
      retryAfterSeconds: 30,
      compress: "never",
    })._unsafeUnwrap();
    expect(run.objects()).toEqual([{ server: "caddy", config: expected }]);
  });

  it("speaks TLS with what is delivered, beside plain HTTP", async () => {
    const run = await runHere(["edge", "config", "nginx", "--root", "/srv/x", "--tls", "443,127.0.0.1:8443"]);
    const listen = [
      { port: 80 },
      { port: 443, tls: "delivered" },
      { address: "127.0.0.1", port: 8443, tls: "delivered" },
    ] as const;
    expect(run.stdout).toBe(edgeConfig("nginx", { root: "/srv/x", listen })._unsafeUnwrap());
  });

  it("has Caddy get its own, beside plain HTTP, and no server do what only the other one can", async () => {
    const run = await runHere(["edge", "config", "caddy", "--root", "/srv/x", "--on-demand", "443"]);
    const listen = [{ port: 80 }, { port: 443, tls: "on-demand" }] as const;
    expect(run.stdout).toBe(edgeConfig("caddy", { root: "/srv/x", listen })._unsafeUnwrap());
    for (const [server, option] of [
      ["caddy", "--tls"],
      ["nginx", "--on-demand"],
    ] as const) {
      const refused = await runHere(["edge", "config", server, "--root", "/srv/x", option, "443"]);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("listen.tls can't be used")]);
    }
  });

  it.each([
    [["edge"], 'Say "edge config nginx"'],
    [["edge", "config"], "nginx and caddy"],
    [["edge", "config", "apache", "--root", "/srv/x"], 'not for "apache"'],
    [["edge", "config", "nginx"], "--root is missing"],
    [["edge", "config", "nginx", "--root", "/srv/x; }"], "root can't be used"],
    [["edge", "config", "nginx", "--root", "/srv/x", "--retry-after", "soon"], "retryAfterSeconds can't be used"],
    [["edge", "config", "nginx", "--root", "/srv/x", "--listen", "eighty"], '"eighty" is neither'],
    [["edge", "config", "nginx", "--root", "/srv/x", "--key", "/k"], "go together"],
    [["edge", "config", "nginx", "--root", "/srv/x", "--previews", "p.test"], "--gate and --open"],
  ])("says what is wrong with %j", async (args, said) => {
    const run = await runHere(args);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe("");
    expect(run.stderr).toContain(said);
  });
});
