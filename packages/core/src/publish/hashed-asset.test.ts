import { describe, expect, it } from "vitest";
import { hashedAssets, isHashedAsset } from "./hashed-asset.ts";

/** Files that a build leaves beside each other, by the tool that names them so: which of them are named after their content. */
const builds: Readonly<Record<string, { readonly hashed: readonly string[]; readonly plain: readonly string[] }>> = {
  Vite: {
    hashed: [
      "assets/index-DiwrgTda.js",
      "assets/index-BfHhG0zN.css",
      "assets/vendor-react-C3f-h_9Z.js",
      "assets/logo-DqRzPwLm.svg",
      "assets/hero-B3_Gh-9x.webp",
      "assets/clip-12ab34CD.mp4",
      "assets/font-CxYzAbQw.woff2",
      "assets/index-DiwrgTda.js.map",
    ],
    plain: [
      "index.html",
      "favicon.ico",
      "vite.svg",
      "assets/team.jpg",
      "assets/photo-20240101.jpg",
      "assets/team-Families.jpg",
      "assets/manual-chapter3.pdf",
      "images/team-MyFamily.jpg",
      "robots.txt",
    ],
  },
  "webpack, and Create React App": {
    hashed: [
      "static/js/main.8f3a2b1c.js",
      "static/js/2.12345678.chunk.js",
      "static/js/main.8f3a2b1c.js.LICENSE.txt",
      "static/css/main.073c9b0a.css",
      "static/css/main.073c9b0a.css.map",
      "static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg",
      "static/media/hero.5d5d9eef.png",
      "runtime~main.a1b2c3d4.js",
      "vendors-node_modules.0f1e2d3c4b5a69788796.js",
      "a3f5c1d2e4b6978812ff.png",
    ],
    plain: ["asset-manifest.json", "static/media/team.12345678.jpg", "logo192.png", "static/js/jquery.js"],
  },
  Parcel: {
    hashed: ["index.a1b2c3d4.js", "index.06da4c3f.css", "logo.3f2a1b4c.png", "clip.7e57ab1e.mp4", "feed.8badf00d.json"],
    plain: ["index.html", "photo.20240101.jpg", "team.Families.jpg"],
  },
  Next: {
    hashed: [
      "_next/static/chunks/main-app-0123456789abcdef.js",
      "_next/static/chunks/117-0a1b2c3d4e5f6071.js",
      "_next/static/chunks/fd9d1056-cf48984c1108c87a.js",
      "_next/static/chunks/app/page-9b1f0e2d3c4a5b6c.js",
      "_next/static/css/5b0f2d3c4e6a7b81.css",
      "_next/static/media/inter.0123abcd.woff2",
      "_next/static/media/a34f9d1faa5f3315-s.p.woff2",
      "_next/static/media/hero.4d2f3a1b.jpg",
    ],
    plain: ["images/hero.jpg", "_next/static/chunks/webpack.js"],
  },
  Astro: {
    hashed: [
      "_astro/index.DiwrgTda.css",
      "_astro/hoisted.BfHhG0zN.js",
      "_astro/hero.DhQnwQqd_1vWc2Z.webp",
      "_astro/hero.DqRzPwLm_ZAbCdE.avif",
      "_astro/hero.DqRzPwLm.jpg",
    ],
    plain: ["hero.jpg", "blog/2024-01-01-Hello12.jpg"],
  },
  esbuild: {
    hashed: [
      "out/main-7K3QYBXR.js",
      "out/chunk-IQWERTYU.js",
      "out/main-ABCDEFGH.css",
      "out/logo-ZXCVBNML.png",
      "out/photo-Q2W3E4R5.jpg",
    ],
    plain: ["out/photo-20240101.jpg", "img/photo-ORIGINAL.jpg", "img/IMG-MODEL2TX.jpg"],
  },
  "SvelteKit and Nuxt": {
    hashed: [
      "_app/immutable/chunks/BfHhG0zN.js",
      "_app/immutable/entry/start.DiwrgTda.js",
      "_app/immutable/assets/logo.DqRzPwLm.png",
      "_nuxt/DiwrgTda.js",
      "_nuxt/entry.BfHhG0zN.css",
      "_nuxt/hero.DqRzPwLm.webp",
    ],
    plain: ["_app/version.json", "_nuxt/builds/latest.json", "logo.png"],
  },
  "servers' asset pipelines": {
    hashed: [
      "assets/application-3b1f0e2d3c4a5b6c7d8e9f001122334455667788990011223344556677889900.css",
      "assets/logo-3f2a1b4c5d6e7f80.png",
      "static/base.27e20196a850.css",
      "css/style.min.d41d8cd98f00b204e9800998ecf8427e.css",
    ],
    plain: ["assets/logo.png"],
  },
};

/** What people name: nothing of it is a hash, beside no build at all. */
const byPeople: readonly string[] = [
  ...[
    "photo-20240101.jpg",
    "IMG_12345678.jpg",
    "IMG_20240101_123456.jpg",
    "IMG-20240101-WA0012.jpg",
    "DSC_00001234.jpg",
  ],
  ...[
    "Screenshot_2024-01-01-12-30-45.png",
    "photo-2024Jan1.jpg",
    "photo_20240101a.jpg",
    "hero-1600x900.jpg",
    "scan-0001.tiff",
  ],
  ...["trip-iPhone15.jpg", "course-Chapter3.pdf", "report-version2.pdf", "team-MyFamily.jpg", "menu-decadent.jpg"],
  ...["550e8400-e29b-41d4-a716-4466554400ab.jpg", "photo-550e8400-e29b-41d4-a716-4466554400ab.jpg", "deadb33f.png"],
  ...["jquery.validate.min.js", "main-navigation.css", "bootstrap.css", "post-3f2a1b4c.html", "form-3f2a1b4c.php"],
  ...["notes-3f2a1b4c", "photo-3f2a1b4c./x.jpg", "IMG-VERSION2.jpg", "a.b.c.jpg", ".htaccess", "-.jpg"],
];

describe.each(Object.entries(builds))("what %s builds", (_, { hashed, plain }) => {
  const isHashed = hashedAssets([...hashed, ...plain]);

  it.each(hashed)("%s is named after its content", (path) => expect(isHashed(path)).toBe(true));
  it.each(plain)("%s is not", (path) => expect(isHashed(path)).toBe(false));
});

describe("a folder in which all files are named in the same way", () => {
  const files = ["assets/index-DiwrgTda.js", "assets/clip-Xagulyhy.mp4", "assets/logo-QwErTyUi.svg"];

  it("was made by a build: then a hash may look like a word", () => {
    for (const path of files) expect(hashedAssets(files)(path), path).toBe(true);
  });

  it("was made by a build: a hash of hexadecimal digits may look like a number, but not like a date", () => {
    const hex = ["a/app.3f2a1b4c.js", "a/hero.12345678.png", "a/photo.20240101.jpg"];
    expect(hex.map(hashedAssets(hex))).toEqual([true, true, false]);
  });

  it("is no such folder when one of them is named by somebody", () => {
    expect(files.map(hashedAssets([...files, "assets/photo.jpg"]))).toEqual([true, false, true]);
  });

  it("is no such folder when there are no scripts and styles that are named so", () => {
    const photos = ["photos/hero-Mountain.jpg", "photos/hero-12345678.jpg", "photos/hero-MyFamily.jpg", "app.js"];
    for (const path of photos) expect(hashedAssets(photos)(path), path).toBe(false);
  });
});

describe("what people name", () => {
  it.each(byPeople)("%s is not taken for a hash", (path) => {
    expect(hashedAssets(byPeople)(path)).toBe(false);
    expect(isHashedAsset(path)).toBe(false);
  });
});

describe("a name alone", () => {
  it("is sure of hexadecimal digits and of digits among letters of both cases", () => {
    for (const path of ["app.3f2a1b4c.js", "assets/logo-BfHhG0zN.svg", "_next/static/css/5b0f2d3c4e6a7b81.css"])
      expect(isHashedAsset(path), path).toBe(true);
  });

  it("is not enough where it might be a word: such a file must not be cached for ever", () => {
    for (const path of ["assets/index-DiwrgTda.js", "main-MyWidget.js", "style-version2.css", "app.12345678.js"])
      expect(isHashedAsset(path), path).toBe(false);
  });
});
