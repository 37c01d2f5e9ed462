import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edgeConfig, edgeConfigRevision, type WebServerName } from "./edge-config.ts";
import type { EdgeConfigOptions } from "./edge-config-options.ts";
import { type NginxDirective, readNginxDump } from "./staleness/nginx-directives.ts";

const full: EdgeConfigOptions = {
  root: "/srv/hostelry",
  listen: [{ address: "192.0.2.1", port: 443, tls: { certificateFile: "/etc/c.pem", keyFile: "/etc/c.key" } }],
  siteLabels: "sites.example.com",
  previews: { below: "preview.example.com", access: { askAt: "http://127.0.0.1:7080/check" } },
  missingPath: "marked",
  php: { listensAt: "unix:/run/php/php-fpm.sock" },
  retryAfterSeconds: 60,
};

const servers: readonly WebServerName[] = ["nginx", "caddy"];
const textOf = (server: WebServerName, options: EdgeConfigOptions): string =>
  edgeConfig(server, options)._unsafeUnwrap();

/** Every option that is a text, put into a full set of options. */
const places: Readonly<Record<string, (value: string) => EdgeConfigOptions>> = {
  root: (root) => ({ ...full, root }),
  address: (address) => ({ ...full, listen: [{ address, port: 80 }] }),
  certificateFile: (certificateFile) => ({ ...full, listen: [{ port: 443, tls: { certificateFile, keyFile: "/k" } }] }),
  keyFile: (keyFile) => ({ ...full, listen: [{ port: 443, tls: { certificateFile: "/c", keyFile } }] }),
  siteLabels: (siteLabels) => ({ ...full, siteLabels }),
  previewsBelow: (below) => ({ ...full, previews: { below, access: "anyone-with-the-address" } }),
  askAt: (askAt) => ({ ...full, previews: { below: "p.test", access: { askAt } } }),
  missingPath: (missingPath) => ({ ...full, missingPath: missingPath as "index" }),
  php: (listensAt) => ({ ...full, php: { listensAt } }),
  edgeMark: (text) => ({ ...full, edgeMark: { text } }),
  edgeMarkProvider: (provider) => ({ ...full, edgeMark: { provider, text: "mark" } }),
};

describe("edgeConfig", () => {
  it.each(servers)("gives the same text for the same options, and names its revision in it, for %s", (server) => {
    const text = textOf(server, full);
    expect(textOf(server, { ...full })).toBe(text);
    expect(edgeConfigRevision(text)).toMatch(/^[0-9a-f]{16}$/);
    const other = edgeConfigRevision(textOf(server, { ...full, retryAfterSeconds: 61 }));
    expect(other).toMatch(/^[0-9a-f]{16}$/);
    expect(other).not.toBe(edgeConfigRevision(text));
  });

  it.each(servers)("names no site, so no change of sites changes it, for %s", (server) => {
    expect(textOf(server, { root: "/srv/hostelry" })).not.toMatch(/site-[0-9a-z]{20}/);
  });

  const hostile = [
    "/srv/x; } server { listen 81; } #",
    '/srv/x"; return 200 "y',
    "/srv/$document_root",
    `/srv/$${"{host}"}`,
    "/srv/{env.SECRET}",
    "/srv/{$SECRET}",
    "/srv/x\nimport /etc/passwd",
    "/srv/x\r\n",
    "/srv/x`y",
    "/srv/x y",
    "/srv/../etc",
    "/srv/./x",
    "/srv//x",
    "srv/",
    "",
    "/",
    "/srv/x\u0000",
    "/srv/\u2028x",
    "a.test }",
    "A.test",
    "-a.test",
    "a..test",
    "a.test.",
    "http://127.0.0.1:80/;return 200",
    "http://user:pass@127.0.0.1/",
    "http://127.0.0.1/{uri}",
    "http://127.0.0.1/?x=$uri",
    "ftp://127.0.0.1/",
    "127.0.0.1:80; }",
    "127.0.0.1:99999",
    "unix:../x.sock",
    "0.0.0.0; include /etc/passwd",
    "[::1];",
    "off; }",
  ];

  it.each(Object.keys(places))("refuses hostile values for %s with INVALID_INPUT that names the option", (name) => {
    for (const value of hostile) {
      const error = edgeConfig("nginx", places[name]?.(value) ?? full)._unsafeUnwrapErr();
      expect(error.code, value).toBe("INVALID_INPUT");
      expect(error.details.field.length).toBeGreaterThan(3);
    }
  });

  it("refuses addresses that are none", () => {
    for (const address of ["999.0.0.1", "1.2.3", "1.2.3.4.", "::1", "localhost", "[::1"]) {
      expect(edgeConfig("nginx", { root: "/srv/x", listen: [{ address, port: 80 }] }).isErr(), address).toBe(true);
    }
  });

  it("refuses numbers that are none", () => {
    for (const port of [0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "80; }" as unknown as number]) {
      expect(edgeConfig("nginx", { root: "/srv/x", listen: [{ port }] }).isErr()).toBe(true);
      expect(edgeConfig("caddy", { root: "/srv/x", retryAfterSeconds: port === 65_536 ? 0 : port }).isErr()).toBe(true);
    }
  });

  it("lets no value add, remove or change a directive, whatever it is", () => {
    const characters = fc.constantFrom(..."abz09./-_:[]{}$;\"'`#\\ \n\r\t\0@~%äß\u2028".split(""));
    const plain = fc.string({ unit: fc.constantFrom(..."az09.-_~@"), minLength: 1, maxLength: 4 });
    const value = fc.oneof(
      plain,
      plain.map((tail) => `/srv/${tail}`),
      plain.map((tail) => `http://${tail}:80/${tail}`),
      fc.string({ unit: characters, maxLength: 40 }),
      fc.string({ unit: characters, maxLength: 30 }).map((tail) => `/srv/${tail}`),
      fc.string({ unit: characters, maxLength: 30 }).map((tail) => `unix:/run/${tail}`),
      fc.string({ unit: characters, maxLength: 30 }).map((tail) => `http://127.0.0.1:80/${tail}`),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    const expected = new Map(
      Object.entries(places).map(([name, put]) => {
        const options = put(harmless[name] ?? "");
        return [name, { nginx: skeleton(textOf("nginx", options)), caddy: shape(textOf("caddy", options)) }];
      }),
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(places)), value, (name, text) => {
        const options = places[name]?.(text) ?? full;
        const made = edgeConfig("nginx", options);
        if (made.isErr()) return;
        accepted += 1;
        expect(skeleton(made.value)).toBe(expected.get(name)?.nginx);
        expect(shape(textOf("caddy", options))).toBe(expected.get(name)?.caddy);
      }),
      { numRuns: 2000, seed: 7 },
    );
    // Otherwise nothing was compared.
    expect(accepted).toBeGreaterThan(50);
  });
});

/** For each option, a value like those that can be accepted for it. */
const harmless: Readonly<Record<string, string>> = {
  root: "/srv/hostelry",
  edgeMark: "mark",
  edgeMarkProvider: "hoster",
  address: "192.0.2.1",
  certificateFile: "/c",
  keyFile: "/k",
  siteLabels: "a.test",
  previewsBelow: "a.test",
  askAt: "http://127.0.0.1:80/a",
  missingPath: "marked",
  php: "unix:/run/a",
};

/** Names of directives and the number of their words, as nginx nests them. */
function skeleton(text: string): string {
  const walk = (directives: readonly NginxDirective[]): unknown =>
    directives.map(({ name, arguments: words, block }) => [
      name,
      words.length,
      block === undefined ? null : walk(block),
    ]);
  return JSON.stringify(walk(readNginxDump(`# configuration file /x:\n${text}`)));
}

/** A Caddyfile's lines: how deep, how many words, and which directive. */
function shape(text: string): string {
  const lines = text.split("\n").map((line) => [/^\t*/.exec(line)?.[0].length, line.trim().split(/\s+/).length]);
  return JSON.stringify(lines);
}
