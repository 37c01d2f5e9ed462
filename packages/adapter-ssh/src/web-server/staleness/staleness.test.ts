import { describe, expect, it } from "vitest";
import { edgeConfig } from "../edge-config.ts";
import { readNginxDump } from "./nginx-directives.ts";
import { nginxSeconds } from "./nginx-time.ts";
import { phpDefaults, readPhpSettings } from "./php-settings.ts";
import { type StalenessReport, stalenessOf } from "./staleness.ts";

const dump = (http: string, more = ""): string =>
  `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n${http}\n}\n${more}`;
const of = (http: string, more: Parameters<typeof stalenessOf>[0] | object = {}): StalenessReport =>
  stalenessOf({ nginx: dump(http), ...more });

describe("stalenessOf", () => {
  it("finds nothing in a plain configuration, and nothing in ours", () => {
    const none = { serverSeconds: 0, visitorSeconds: 0, findings: [] };
    expect(of("server { root /srv/www; }")).toEqual(none);
    const options = { root: "/srv/hostelry", php: { listensAt: "unix:/run/php.sock" }, siteLabels: "a.test" };
    expect(of(edgeConfig("nginx", options)._unsafeUnwrap())).toEqual(none);
  });

  it("finds a cache of open files where it rules, and believes a server that switches it off", () => {
    const report = of(`open_file_cache max=1000 inactive=20s;
server { server_name a.test; root /a; }
server { server_name b.test; root /b; open_file_cache off; }`);
    expect(report.serverSeconds).toBe(60);
    expect(report.findings).toMatchObject([
      { cause: "open-file-cache", seconds: 60, where: "/etc/nginx/nginx.conf:3", place: "server a.test" },
    ]);
    expect(of("open_file_cache max=9; open_file_cache_valid 1m30s; server { root /a; }").serverSeconds).toBe(90);
    expect(of("server { root /a; location /x { open_file_cache max=9; open_file_cache_valid 5s; } }")).toMatchObject({
      serverSeconds: 5,
      findings: [{ place: "server _, location /x" }],
    });
  });

  it("looks only at the root it is asked about", () => {
    const http = "server { root /other; open_file_cache max=9; } server { root /srv/hostelry/hosts/$host/current; }";
    expect(of(http, { root: "/srv/hostelry" }).findings).toEqual([]);
    expect(of(http, { root: "/srv/hoste" }).findings).toEqual([]);
    expect(of(http, { root: "/other" }).serverSeconds).toBe(60);
  });

  const script = (value: string): string =>
    `server { root /a; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME ${value}; fastcgi_pass unix:/run/php.sock; } }`;

  it("knows no bound for PHP that is given a path through the link, and none needed for the real path", () => {
    expect(of(script("$document_root$fastcgi_script_name"))).toMatchObject({
      serverSeconds: null,
      visitorSeconds: null,
      findings: [{ cause: "php-path", seconds: null }],
    });
    expect(of(script("$realpath_root$fastcgi_script_name")).findings).toEqual([]);
  });

  it("takes the bound from what PHP says of itself", () => {
    const http = script("$document_root$fastcgi_script_name");
    const php = { ...phpDefaults, revalidatesPath: true };
    expect(of(http, { php }).serverSeconds).toBe(122);
    expect(of(http, { php: { ...php, validatesTimestamps: false } }).serverSeconds).toBeNull();
    expect(of(http, { php: { ...phpDefaults, opcacheEnabled: false } }).serverSeconds).toBe(120);
  });

  it("follows a variable to the real path, and the last of several parameters, as PHP does", () => {
    const http = `server { root /a; set $here $realpath_root; location ~ \\.php$ {
  fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
  fastcgi_param SCRIPT_FILENAME $here$fastcgi_script_name;
  fastcgi_pass unix:/run/php.sock; } }`;
    expect(of(http).findings).toEqual([]);
  });

  it("finds caches of answers, also behind an include", () => {
    const nginx = dump(
      "proxy_cache_path /c keys_zone=c:1m; include conf.d/*.conf;",
      `# configuration file /etc/nginx/conf.d/app.conf:
server {
  location / { proxy_pass http://127.0.0.1:1; proxy_cache c; proxy_cache_valid 404 1d; proxy_cache_valid 200 302 10m; }
  location /own { proxy_pass http://127.0.0.1:1; proxy_cache c; }
  location /off { proxy_pass http://127.0.0.1:1; proxy_cache off; }
}`,
    );
    expect(stalenessOf({ nginx }).findings).toMatchObject([
      { cause: "response-cache", seconds: 600, where: "/etc/nginx/conf.d/app.conf:2" },
      { cause: "response-cache", seconds: null, where: "/etc/nginx/conf.d/app.conf:3" },
    ]);
  });

  it("tells what visitors are told to keep apart from what the server keeps", () => {
    const report = of(`server { root /a; expires 1h;
location ~ \\.css$ { expires max; }
location /fresh { expires -1; }
location /head { expires off; add_header Cache-Control "public, max-age=300"; } }`);
    expect(report.serverSeconds).toBe(0);
    expect(report.visitorSeconds).toBe(315_360_000);
    expect(report.findings.map(({ seconds }) => seconds)).toEqual([3600, 315_360_000, 300]);
  });
});

describe("readNginxDump", () => {
  it("reads quotes, comments, escapes and braces in words", () => {
    const read = readNginxDump(
      dump(`server { # a { comment; }
  return 200 'it is "quoted"; } {'; set $a "b \\"c\\""; root /x/\${host}y; rewrite ^/(\\d+)\\;$ /z; }`),
    );
    const server = read.find(({ name }) => name === "http")?.block?.[0];
    expect(server?.block?.map(({ name, arguments: words }) => [name, ...words])).toEqual([
      ["return", "200", 'it is "quoted"; } {'],
      ["set", "$a", 'b "c"'],
      ["root", `/x/$${"{host}"}y`],
      ["rewrite", "^/(\\d+)\\;$", "/z"],
    ]);
  });

  it("never throws, and always ends, on what is no configuration", () => {
    const loop = "# configuration file /a:\ninclude /b;\ninclude /a;\n# configuration file /b:\ninclude /*;\nuser x;";
    for (const text of [loop, "", "}}}}", "{{{{", '"', "# configuration file /a:\nserver {", "a b c"]) {
      expect(Array.isArray(readNginxDump(text))).toBe(true);
    }
  });
});

describe("times of nginx", () => {
  it.each([
    ["60", 60],
    ["1m30s", 90],
    ["1h", 3600],
    ["500ms", 0.5],
    ["2M", 5_184_000],
  ])("%s is %d s", (text, seconds) => expect(nginxSeconds(text)).toBe(seconds));
  it.each(["", "x", "10q", "-1", "$v"])("%j is none", (text) => expect(nginxSeconds(text)).toBeUndefined());
});

describe("readPhpSettings", () => {
  it("reads the value that is in force, not the file's", () => {
    const information = `phpinfo()
opcache.enable => On => Off
opcache.revalidate_freq => 60 => 2
opcache.revalidate_path => On => Off
opcache.validate_timestamps => On => On
realpath_cache_ttl => 30 => 120`;
    expect(readPhpSettings(information)).toEqual({
      opcacheEnabled: true,
      validatesTimestamps: true,
      revalidateSeconds: 60,
      revalidatesPath: true,
      realPathSeconds: 30,
    });
  });

  it("takes a PHP that says nothing of OPcache for one without it", () => {
    expect(readPhpSettings("realpath_cache_ttl => 120 => 120").opcacheEnabled).toBe(false);
  });
});
