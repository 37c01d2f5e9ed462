import { readNginxDump } from "./nginx-directives.ts";
import { type NginxPlaceSettings, nginxPlaces } from "./nginx-places.ts";
import { nginxSeconds } from "./nginx-time.ts";
import { type PhpSettings, phpDefaults, phpStaleSeconds } from "./php-settings.ts";

/** Something in a web server's configuration that goes on showing an earlier release after a flip. */
export interface StalenessFinding {
  readonly cause: "browser-cache" | "open-file-cache" | "php-path" | "response-cache";
  /** For how long at most, in seconds; `null`: there is no bound. */
  readonly seconds: number | null;
  /** File and line of what decides it. */
  readonly where: string;
  /** The server and location it holds for. */
  readonly place: string;
  readonly message: string;
  readonly nextStep: string;
}

/** How stale what visitors get can be after a flip. */
export interface StalenessReport {
  /** The server itself: 0 when nothing was found, `null` without a bound. */
  readonly serverSeconds: number | null;
  /** Visitors, who keep what they were told to keep: at least `serverSeconds`. */
  readonly visitorSeconds: number | null;
  readonly findings: readonly StalenessFinding[];
}

/** What is known of a server. */
export interface StalenessEvidence {
  /** What `nginx -T` prints. */
  readonly nginx: string;
  /** Of the PHP that runs behind it. Default: PHP's own defaults. */
  readonly php?: PhpSettings | undefined;
  /** Look only at places whose document root is this directory or below it. Default: everywhere. */
  readonly root?: string | undefined;
}

/** Says how stale a flip can be seen, from the configuration that nginx really runs. */
export function stalenessOf({ nginx, php = phpDefaults, root }: StalenessEvidence): StalenessReport {
  const findings = new Map<string, StalenessFinding>();
  for (const place of nginxPlaces(readNginxDump(nginx))) {
    if (root !== undefined && !isBelow(place.value("root") ?? place.value("alias") ?? "", root)) continue;
    for (const finding of [
      ...openFileCache(place),
      ...phpPath(place, php),
      ...responseCache(place),
      ...browserCache(place),
    ]) {
      // Inherited by many places, decided in one.
      const key = `${finding.cause} ${finding.where}`;
      if (!findings.has(key)) findings.set(key, finding);
    }
  }
  const all = [...findings.values()];
  return {
    serverSeconds: longest(all.filter(({ cause }) => cause !== "browser-cache")),
    visitorSeconds: longest(all),
    findings: all,
  };
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`);
}

function longest(findings: readonly StalenessFinding[]): number | null {
  let most = 0;
  for (const { seconds } of findings) {
    if (seconds === null) return null;
    most = Math.max(most, seconds);
  }
  return most;
}

/** nginx asks the disk again only when an entry's time is over (`open_file_cache_valid`, 60 s). */
function openFileCache(place: NginxPlaceSettings): readonly StalenessFinding[] {
  const cache = place.ruling("open_file_cache").at(-1);
  if (cache === undefined || cache.arguments[0] === "off") return [];
  const seconds = nginxSeconds(place.value("open_file_cache_valid") ?? "60s") ?? 60;
  return [
    {
      cause: "open-file-cache",
      seconds,
      where: cache.where,
      place: place.name,
      message: `nginx remembers opened files for ${seconds} s: pages of the release before, and new ones beside old assets.`,
      nextStep: "Say `open_file_cache off;` in this server; the configuration of `edge config` does.",
    },
  ];
}

function phpPath(place: NginxPlaceSettings, php: PhpSettings): readonly StalenessFinding[] {
  if (place.ruling("fastcgi_pass").length === 0) return [];
  const parameters = place.ruling("fastcgi_param").filter(({ arguments: [name] }) => name === "SCRIPT_FILENAME");
  const script = parameters.at(-1);
  const value = script?.arguments[1] ?? "";
  if (script === undefined || expand(value, place.variables).includes("$realpath_root")) return [];
  const seconds = phpStaleSeconds(php);
  const bound = seconds === null ? "until the old release is removed" : `for ${seconds} s`;
  return [
    {
      cause: "php-path",
      seconds,
      where: script.where,
      place: place.name,
      message: `PHP is told a path through the link (${value}), and runs code of the release before ${bound}.`,
      nextStep: "Give SCRIPT_FILENAME and DOCUMENT_ROOT from $realpath_root, or reload PHP after each publish.",
    },
  ];
}

function expand(value: string, variables: ReadonlyMap<string, string>): string {
  return value.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => variables.get(`$${name}`) ?? whole);
}

function responseCache(place: NginxPlaceSettings): readonly StalenessFinding[] {
  return ["fastcgi", "proxy", "scgi", "uwsgi"].flatMap((kind): readonly StalenessFinding[] => {
    const cache = place.ruling(`${kind}_cache`).at(-1);
    if (cache === undefined || cache.arguments[0] === "off" || place.ruling(`${kind}_pass`).length === 0) return [];
    const times = place
      .ruling(`${kind}_cache_valid`)
      .filter(
        ({ arguments: words }) =>
          words.length === 1 || words.slice(0, -1).some((word) => word === "200" || word === "any"),
      )
      .map(({ arguments: words }) => nginxSeconds(words.at(-1) ?? ""));
    const known = times.filter((time) => time !== undefined);
    // Without a time the application's own headers decide.
    const seconds = known.length === 0 || known.length < times.length ? null : Math.max(...known);
    return [
      {
        cause: "response-cache",
        seconds,
        where: cache.where,
        place: place.name,
        message: `nginx keeps answers of the application ${seconds === null ? "as long as their headers allow" : `for ${seconds} s`}.`,
        nextStep: `Purge ${kind}_cache after each publish, or shorten ${kind}_cache_valid.`,
      },
    ];
  });
}

function browserCache(place: NginxPlaceSettings): readonly StalenessFinding[] {
  const found: { readonly seconds: number | null; readonly where: string }[] = [];
  const expires = place.ruling("expires").at(-1);
  if (expires !== undefined) {
    const seconds = expiresSeconds(expires.arguments);
    if (seconds !== 0) found.push({ seconds, where: expires.where });
  }
  for (const { arguments: words, where } of place.ruling("add_header")) {
    const [name = "", value = ""] = words;
    const seconds = Number(/(?:^|[\s,])(?:s-maxage|max-age)=(\d+)/i.exec(value)?.[1] ?? 0);
    if (name.toLowerCase() === "cache-control" && seconds > 0) found.push({ seconds, where });
  }
  return found.map(({ seconds, where }) => ({
    cause: "browser-cache",
    seconds,
    where,
    place: place.name,
    message: `Visitors are told to keep what they got ${seconds === null ? "for a time that varies" : `for ${seconds} s`} without asking.`,
    nextStep: "Right for files named after their content; take it away from everything else.",
  }));
}

/** `off` and `epoch` keep nothing, nor do times that are over; `max` is ten years. */
function expiresSeconds(words: readonly string[]): number | null {
  const value = words.at(-1) ?? "off";
  if (["off", "epoch"].includes(value) || value.startsWith("-")) return 0;
  if (value === "max") return 315_360_000;
  return nginxSeconds(value.replace(/^\+/, "")) ?? null;
}
