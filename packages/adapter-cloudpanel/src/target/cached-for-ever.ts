/** What the stock vhosts let browsers keep for ever: the ends of names, as in CloudPanel 2's templates. */
export const stockCached: ReadonlySet<string> = new Set(
  "css js jpg jpeg gif png ico gz svg svgz ttf otf woff woff2 eot mp4 ogg ogv webm webp zip swf map mjs".split(" "),
);

/**
 * Which files a vhost lets browsers keep for ever, by the ends of their names: `location ~* ^.+\.(css|js|…)$ { … expires max; … }`. Empty
 * for a vhost without such a place.
 */
export function cachedForEver(vhost: string): ReadonlySet<string> {
  const places = vhost.matchAll(/location\s+~\*?\s+(\S+)\s*\{([^{}]*)\}/g);
  const cached = [...places].flatMap(([, pattern = "", body = ""]) => {
    const lasting = /^\s*expires\s+(max|[1-9]\d*[yM])\s*;/m.test(body) || /max-age=\d{8,}/.test(body);
    return lasting ? [...(/\\\.\(([^()]*)\)\$/.exec(pattern)?.[1] ?? "").split("|")] : [];
  });
  return new Set(cached.map((ending) => ending.replace(/^\?:/, "").toLowerCase()).filter((ending) => ending !== ""));
}
