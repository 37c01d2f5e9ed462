import type { ReleaseFile } from "@hostelry/core/adapter";

/**
 * At which addresses HTML files are served; the rules, and the names with `-trailing-slash`, are those of Cloudflare
 * Workers assets.
 *
 * - `auto`: `/about.html` at `/about`, `/rooms/index.html` at `/rooms/`
 * - `drop`: never a slash at the end: `/about`, `/rooms`
 * - `force`: always one: `/about/`, `/rooms/`
 * - `none`: files at their own names only; `/` shows nothing
 *
 * Other spellings of an address lead to the one that counts, by a 307 in one hop.
 */
export type HtmlHandling = "auto" | "drop" | "force" | "none";

/** What is at a path. */
export type Resolution =
  | { readonly file: ReleaseFile; readonly redirect?: undefined }
  /** Decoded path of the address that counts. */
  | { readonly redirect: string; readonly file?: undefined };

/** Finds a file by a decoded path with its leading slash. */
export type FindFile = (path: string) => ReleaseFile | undefined;

/** A thing to try: to serve a file, or to lead to another address, if that one serves the very file. */
type Step = readonly [file: string, address?: string];

/** What there is at a path, by the rules of a mode; `undefined`: nothing. The first step that can be made is made. */
export function resolvePath(mode: HtmlHandling, path: string, find: FindFile): Resolution | undefined {
  for (const [name, address] of stepsOf[mode](path)) {
    const file = find(name);
    if (file === undefined) continue;
    if (address === undefined) return { file };
    // A file with the very name of the address would be served there instead.
    if (find(address) === undefined && servedAt(mode, address, find)?.path === file.path) return { redirect: address };
  }
  return undefined;
}

/** The file that is served at an address without leading anywhere else. */
export function servedAt(mode: HtmlHandling, path: string, find: FindFile): ReleaseFile | undefined {
  for (const [name, address] of stepsOf[mode](path)) {
    const file = address === undefined ? find(name) : undefined;
    if (file !== undefined) return file;
  }
  return undefined;
}

const without = (path: string, end: string): string => path.slice(0, path.length - end.length);

const stepsOf: Readonly<Record<HtmlHandling, (path: string) => readonly Step[]>> = {
  none: (path) => [[path]],
  auto: (path) => {
    const last: readonly Step[] = [[path], [`${path}.html`], [`${path}/index.html`, `${path}/`]];
    if (path.endsWith("/index") || path.endsWith("/index.html")) {
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      const page = without(folder, "/");
      const moves: readonly Step[] = [
        [`${folder}index.html`, folder],
        [`${page}.html`, page],
      ];
      return path.endsWith("/index") ? [[path], ...moves, ...last] : [...moves, ...last];
    }
    if (path.endsWith("/")) return [[`${path}index.html`], [`${without(path, "/")}.html`, without(path, "/")], ...last];
    if (!path.endsWith(".html")) return last;
    const name = without(path, ".html");
    return [[path, name], [`${name}/index.html`, `${name}/`], ...last];
  },
  force: (path) => {
    const last: readonly Step[] = [[path], [`${path}.html`, `${path}/`], [`${path}/index.html`, `${path}/`]];
    if (path.endsWith("/index") || path.endsWith("/index.html")) {
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      const moves: readonly Step[] = [
        [`${folder}index.html`, folder],
        [`${without(folder, "/")}.html`, folder],
      ];
      return path.endsWith("/index") ? [[path], ...moves, ...last] : [...moves, ...last];
    }
    if (path.endsWith("/")) return [[`${path}index.html`], [`${without(path, "/")}.html`], ...last];
    if (!path.endsWith(".html")) return last;
    const name = without(path, ".html");
    return [[path, `${name}/`], [path], [`${name}/index.html`, `${name}/`], ...last];
  },
  drop: (path) => {
    const last: readonly Step[] = [[path], [`${path}.html`], [`${path}/index.html`]];
    if (path === "/") return [["/index.html"]];
    if (path === "/index") return [[path], ["/index.html", "/"], ...last];
    if (path === "/index.html") return [[path, "/"], ...last];
    if (path.endsWith("/index")) {
      const folder = without(path, "/index");
      return [[path], [`${folder}.html`, folder], [`${path}.html`, folder], ...last];
    }
    if (path.endsWith("/index.html")) {
      const folder = without(path, "/index.html");
      return [[path, folder], [path], [`${folder}.html`, folder], ...last];
    }
    if (path.endsWith("/")) {
      const name = without(path, "/");
      return [[`${name}.html`, name], [`${name}/index.html`, name], ...last];
    }
    if (!path.endsWith(".html")) return last;
    const name = without(path, ".html");
    return [[path, name], [`${name}/index.html`, name], ...last];
  },
};

const longNames: Readonly<Record<string, HtmlHandling>> = {
  "auto-trailing-slash": "auto",
  "drop-trailing-slash": "drop",
  "force-trailing-slash": "force",
};

/** Reads a mode, also by its long name; throws `TypeError` for any other text. */
export function htmlHandlingOf(name: string): HtmlHandling {
  const mode = longNames[name] ?? name;
  if (mode === "auto" || mode === "drop" || mode === "force" || mode === "none") return mode;
  throw new TypeError(`htmlHandling is auto, drop, force or none, and not ${JSON.stringify(name)}.`);
}
