import { localTransport } from "@hostelry/adapter-local";
import { describe, expect, it } from "vitest";
import { edgeConfig } from "../edge-config.ts";
import type { EdgeTls } from "../edge-config-options.ts";
import { edgeCertificates } from "./edge-certificates.ts";

const configFor = (server: "caddy" | "nginx", tls: EdgeTls | undefined) =>
  edgeConfig(server, { root: "/srv/edge", listen: [{ port: 80 }, { port: 443, tls }] });

describe("a listener with delivered certificates", () => {
  it("has nginx look them up by the name that the visitor asks for, below the root, in every server", () => {
    const text = configFor("nginx", "delivered")._unsafeUnwrap();
    const files = text.match(/ssl_certificate "[^"]+";/g) ?? [];
    expect(new Set(files)).toEqual(
      new Set(['ssl_certificate "/srv/edge/certificates/names/$hostelry_certificate/chain.pem";']),
    );
    expect(files).toHaveLength((text.match(/^server \{$/gm) ?? []).length);
    expect(text.match(/^map \$ssl_server_name \$hostelry_certificate \{$/gm)).toHaveLength(1);
    expect(configFor("nginx", undefined)._unsafeUnwrap()).not.toContain("map $ssl_server_name");
  });

  it("finds no file for a name that could be a path", () => {
    const text = configFor("nginx", "delivered")._unsafeUnwrap();
    const [, pattern = ""] = /"~(\^\(\?<hostelry_sni>.+\$)" \$hostelry_sni/.exec(text) ?? [];
    const isName = new RegExp(pattern);
    for (const name of ["acme.test", "a-b.c.xn--p1ai"]) expect(isName.test(name)).toBe(true);
    for (const name of ["..", "a/b", "a/../b", ".", "", "a..b", "*.a", "a b"]) expect(isName.test(name)).toBe(false);
  });

  it("is refused for Caddy, which gets its own on demand, and that for nginx, and any other word for both", () => {
    for (const [server, tls, instead] of [
      ["caddy", "delivered", "on-demand"],
      ["nginx", "on-demand", "delivered"],
    ] as const) {
      const refused = configFor(server, tls)._unsafeUnwrapErr();
      expect(refused).toMatchObject({ code: "INVALID_INPUT", details: { field: "listen.tls" } });
      expect(refused.message).toContain(`\`${instead}\``);
    }
    expect(configFor("caddy", "on-demand")._unsafeUnwrap()).toMatch(/^https:\/\/:443 \{\n\ttls \{\n\t\ton_demand\n/m);
    expect(configFor("nginx", "somewhere" as EdgeTls)._unsafeUnwrapErr().details.field).toBe("listen.tls");
  });
});

describe("a place for certificates on an edge node", () => {
  it("takes no id that could be a path", async () => {
    const transport = localTransport();
    const place = edgeCertificates(transport, { root: "/nonexistent/root" });
    for (const id of ["../../etc", "", "cert-", "cert-AAAAAAAAAAAAAAAAAAAA"]) {
      expect((await place.remove(id as never))._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
    }
    await transport.close();
  });
});
