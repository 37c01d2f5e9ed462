import { describe, expect, it } from "vitest";
import { createSiteHandler, type HtmlHandling } from "./index.ts";

/** `/address → /other` is a redirect in one step, `/address = file` the file with status 200, `/address ×` nothing. */
const tables: Readonly<Record<HtmlHandling, readonly [files: string, answers: readonly string[]][]>> = {
  auto: [
    [
      "index.html",
      ["/ = index.html", "/index → /", "/index.html → /", "/index/ → /index", "/index/index.html → /index"],
    ],
    ["a.html", ["/a = a.html", "/a.html → /a", "/a/ → /a", "/a/index → /a", "/a/index.html → /a", "/a.html/ ×"]],
    ["a/index.html", ["/a/ = a/index.html", "/a → /a/", "/a.html → /a/", "/a/index → /a/", "/a/index.html → /a/"]],
    [
      "a.html a/index.html",
      ["/a = a.html", "/a.html → /a", "/a/ = a/index.html", "/a/index → /a/", "/a/index.html → /a/"],
    ],
    ["a a.html", ["/a = a", "/a.html = a.html", "/a/ ×", "/a/index ×"]],
    ["x/index", ["/x/index = x/index", "/x ×", "/x/ ×"]],
    ["x.css", ["/x.css = x.css", "/x ×", "/x.css/ ×"]],
    ["[a].html", ["/%5Ba%5D = [a].html", "/[a] → /%5Ba%5D", "/[a].html → /%5Ba%5D", "/%5ba%5d → /%5Ba%5D"]],
    ["a b/ü.html", ["/a%20b/%C3%BC = a b/ü.html", "/a%20b/%c3%bc.html → /a%20b/%C3%BC"]],
    ["%41.html", ["/%2541 = %41.html", "/%41 ×", "/A ×"]],
    ["a?b.html", ["/a%3Fb = a?b.html", "/a?b ×"]],
  ],
  drop: [
    ["index.html", ["/ = index.html", "/index → /", "/index.html → /"]],
    ["a.html", ["/a = a.html", "/a.html → /a", "/a/ → /a", "/a/index → /a", "/a/index.html → /a"]],
    ["a/index.html", ["/a = a/index.html", "/a/ → /a", "/a.html → /a", "/a/index → /a", "/a/index.html → /a"]],
    [
      "a.html a/index.html",
      ["/a = a.html", "/a/ → /a", "/a.html → /a", "/a/index → /a", "/a/index.html = a/index.html"],
    ],
    ["a a.html", ["/a = a", "/a.html = a.html", "/a/ ×"]],
  ],
  force: [
    ["index.html", ["/ = index.html", "/index → /", "/index.html → /"]],
    ["a.html", ["/a/ = a.html", "/a → /a/", "/a.html → /a/", "/a/index → /a/", "/a/index.html → /a/"]],
    ["a/index.html", ["/a/ = a/index.html", "/a → /a/", "/a.html → /a/", "/a/index → /a/", "/a/index.html → /a/"]],
    [
      "a.html a/index.html",
      ["/a/ = a/index.html", "/a → /a/", "/a.html = a.html", "/a/index → /a/", "/a/index.html → /a/"],
    ],
    ["a a.html", ["/a = a", "/a/ = a.html", "/a.html → /a/"]],
  ],
  none: [
    ["index.html", ["/index.html = index.html", "/ ×", "/index ×"]],
    ["a.html a/index.html", ["/a.html = a.html", "/a/index.html = a/index.html", "/a ×", "/a/ ×"]],
    ["[a].html", ["/%5Ba%5D.html = [a].html", "/[a].html → /%5Ba%5D.html"]],
  ],
};

const rows = Object.entries(tables).flatMap(([mode, cases]) =>
  cases.flatMap(([files, answers]) => answers.map((answer) => ({ mode: mode as HtmlHandling, files, answer }))),
);

async function ask(mode: string, files: readonly string[], address: string): Promise<string> {
  const handler = createSiteHandler({
    files: Object.fromEntries(files.map((file) => [file, file])),
    htmlHandling: mode as HtmlHandling,
    notFoundHandling: "none",
  });
  const response = await handler.fetch(new Request(`http://example.com${address}`));
  const location = response.headers.get("location");
  if (response.status === 307) return `→ ${location}`;
  return response.status === 404 ? "×" : `= ${await response.text()}`;
}

describe("html handling", () => {
  it.each(rows)("$mode, $files: $answer", async ({ mode, files, answer }) => {
    const [address = "", ...rest] = answer.split(" ");
    const list = files === "a b/ü.html" ? [files] : files.split(" ");
    expect(await ask(mode, list, address)).toBe(rest.join(" "));
  });

  it("keeps the query in a redirect", async () => {
    expect(await ask("auto", ["a.html"], "/a.html?b=%2F&c")).toBe("→ /a?b=%2F&c");
  });

  it("knows the long names", async () => {
    expect(await ask("drop-trailing-slash", ["a/index.html"], "/a/")).toBe("→ /a");
    expect(() => createSiteHandler({ files: {}, htmlHandling: "sometimes" as "auto" })).toThrow(/htmlHandling is/);
  });
});

describe("what is shown where nothing is", () => {
  const files = { "index.html": "app", "404.html": "lost", "docs/404.html": "lost in docs", "app.js": "js" };
  const show = async (notFoundHandling: string, path: string, method = "GET"): Promise<string> => {
    const handler = createSiteHandler({ files, notFoundHandling: notFoundHandling as "none" });
    const response = await handler.fetch(new Request(`http://example.com${path}`, { method }));
    const text = await response.text();
    return `${response.status} ${text.startsWith("<!doctype") ? "ours" : text}`;
  };

  it.each([
    ["404-page", "/x", "404 lost"],
    ["404-page", "/docs/a/b", "404 lost in docs"],
    ["404-page", "/docs/", "404 lost in docs"],
    ["404-page", "/docs", "404 lost"],
    ["404-page", "/x.js", "404 lost"],
    ["none", "/docs/x", "404 ours"],
    ["single-page-application", "/any/where", "200 app"],
    ["single-page-application", "/user/john.doe", "200 app"],
    ["single-page-application", "/old.html", "200 app"],
    ["single-page-application", "/assets/gone-3f2a1b4c.js", "404 ours"],
    ["single-page-application", "/gone.css", "404 ours"],
    ["single-page-application", "/gone.png", "404 ours"],
    ["single-page-application", "/app.js", "200 js"],
  ])("%s %s: %s", async (mode, path, expected) => {
    expect(await show(mode, path)).toBe(expected);
  });

  it("is only for reading", async () => {
    expect(await show("single-page-application", "/any", "POST")).toMatch(/^405 /);
    expect(await show("none", "/any", "POST")).toMatch(/^404 /);
    expect(() => createSiteHandler({ files, notFoundHandling: "spa" as "none" })).toThrow(/notFoundHandling is/);
  });
});
