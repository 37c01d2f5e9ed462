import { describe, expect, it } from "vitest";
import { haproxyLines } from "./haproxy-lines.ts";
import { haproxyRoutes } from "./haproxy-routes.ts";

describe("the lines of a frontend", () => {
  it("look names up in the map, by the scheme that is wanted", () => {
    const lines = haproxyLines({ mapFile: "/etc/haproxy/maps/hosts.map", redirectScheme: "http" });
    expect(lines.match(/map_str\(\/etc\/haproxy\/maps\/hosts\.map\)/g)).toHaveLength(2);
    expect(lines).toContain("location http://%[var(txn.hostelry_to)]%[capture.req.uri]");
    expect(lines.split("\n").every((line) => line === "" || line.startsWith("    "))).toBe(true);
  });

  it.each(["hosts.map", "/etc/a b", "/etc/x)\n    http-request deny", "/etc/$HOME", "/etc/x,lower", "/", ""])(
    "let no path become anything else: %j",
    (mapFile) => {
      expect(() => haproxyLines({ mapFile })).toThrow(TypeError);
    },
  );

  it("nor do the names of maps in commands", () => {
    const runtime = { socketPath: "/run/haproxy.sock" };
    for (const mapName of ["a b", "a;shutdown", "a<<", "a\nb"]) {
      expect(() => haproxyRoutes({ runtime, mapFile: "/etc/hosts.map", mapName })).toThrow(TypeError);
    }
  });
});
