import { domainToASCII, domainToUnicode } from "node:url";
import { parse } from "tldts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import type { Hostname, HostnameProblem, HostnameReservation, ParsedHostname } from "./hostname.ts";
import { labelProblem, mixesScripts } from "./label-rules.ts";
import { isReservedLabel, isSpecialUse } from "./reserved-hostnames.ts";

/** Errors of {@link parseHostname}. */
export type HostnameError = HostingErrorOf<"HOSTNAME_INVALID"> | HostingErrorOf<"HOSTNAME_RESERVED">;

/** Names that the platform has for itself, and hands out of. All in the stored form. */
export interface PlatformNames {
  /** Customers may have one label below these, e.g. `sites.hoster.net` for `acme.sites.hoster.net`. */
  readonly roots: readonly string[];
  /** Nobody may claim these or a name below them, e.g. `hoster.net`. The roots are among them. */
  readonly zones?: readonly string[] | undefined;
  /** Labels below the roots that are kept back, beside those of `reservedPlatformLabels`. */
  readonly reservedLabels?: readonly string[] | undefined;
  /** Labels below the roots may be punycode. Default false: who reads `аcme` thinks of `acme`. */
  readonly internationalLabels?: boolean | undefined;
}

/** No text of a person is longer; what is, is not looked at. */
const longestInput = 1000;
const longestName = 253;

/**
 * Reads a name as a person types it, and judges it: `Bücher.De.` becomes `xn--bcher-kva.de`. One trailing dot and surrounding
 * white space are taken off; capitals, full-width letters and other spellings of the same name become one. What is no name is
 * `HOSTNAME_INVALID`, with the problem and the label; what nobody may have is `HOSTNAME_RESERVED`: special-use names, public
 * suffixes (ICANN's and private ones, e.g. `co.uk`, `github.io`) and the platform's own names.
 */
export function parseHostname(
  text: string,
  options: { readonly platform?: PlatformNames | undefined } = {},
): Result<ParsedHostname, HostnameError> {
  const typed = text.trim();
  const refused = inputProblem(typed);
  if (refused !== undefined) return invalid(typed, refused);
  const wildcard = typed.startsWith("*.");
  const name = toAscii(wildcard ? typed.slice(2) : typed);
  const [problem, label] = nameProblem(name, wildcard ? longestName - 2 : longestName);
  if (problem !== undefined) return invalid(typed, problem, label);
  const parsed = { name, wildcard, typed };
  return platformName(parsed, options.platform) ?? customName(parsed);
}

/** What tells at the first look that this is something else than a name. */
function inputProblem(typed: string): HostnameProblem | undefined {
  if (typed === "") return "empty";
  if (typed.length > longestInput) return "too-long";
  if (/\p{Surrogate}|\p{Cc}/u.test(typed)) return /\s/.test(typed) ? "whitespace" : "character";
  if (/\s/u.test(typed)) return "whitespace";
  if (/^\[|^[0-9a-f:]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(typed)) return "ip-address";
  if (/:\/\/|\/|\\|\?|#/.test(typed)) return "url";
  if (typed.includes("@")) return "email";
  if (/:\d*$/.test(typed)) return "port";
  if (typed === "*." || typed.lastIndexOf("*") > 0 || /^\*[^.]|^\*$/.test(typed)) return "wildcard";
  if (/[\u200c\u200d]/.test(typed) && domainToASCII(typed) === "") return "joiner";
  // Mapped to nothing by UTS #46: two names would look the same. (U+00AD, variation selectors, U+2060, U+FEFF …)
  if (/(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}/u.test(typed)) return "invisible";
  // A percent sign is refused here: WHATWG hosts are percent-decoded, names are not.
  if (
    !/^(?:\*\.)?[\p{L}\p{M}\p{N}\u00b7\u0375\u05f3\u05f4\u30fb\u200c-\u200d_.\u3002\uff0e\uff61\uff0d-]+$/u.test(typed)
  ) {
    return "character";
  }
  return undefined;
}

/** The mapped name, as it can be taken apart at its dots; not judged yet. One dot at the end is gone. */
function toAscii(typed: string): string {
  // Since Unicode 15.1 the capital of ß maps to ß, before to ss; which one Node has depends on its version.
  const mapped = typed
    .replaceAll("\u1e9e", "\u00df")
    .replace(/[\u3002\uff0e\uff61]/g, ".")
    .toLowerCase();
  const withoutDot = mapped.endsWith(".") ? mapped.slice(0, -1) : mapped;
  // Label by label: `node:url` would make an address of numbers, and gives nothing at all when one label is wrong.
  return withoutDot.split(".").map(labelToAscii).join(".");
}

/** A label that can't be encoded stays as it is and is judged so. */
function labelToAscii(label: string): string {
  const compatible = label.normalize("NFKC");
  if (/^[a-z0-9_-]*$/.test(compatible)) return compatible;
  // Behind a letter, so that a label of digits of another script is not taken for an address.
  const ascii = domainToASCII(`${label}.a`);
  return ascii.endsWith(".a") ? ascii.slice(0, -2) : label;
}

function nameProblem(name: string, longest: number): readonly [HostnameProblem, string?] | readonly [] {
  if (name === "") return ["empty"];
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(last)) return ["ip-address"];
  for (const label of labels) {
    const problem = labelProblem(label);
    if (problem !== undefined) return [unencodable(label, problem), label];
  }
  if (name.length > longest) return ["too-long"];
  return labels.length < 2 ? ["single-label"] : [];
}

/** A label that UTS #46 refused to encode: why, as far as it can be told. */
function unencodable(label: string, problem: HostnameProblem): HostnameProblem {
  if (problem !== "character") return problem;
  if (/[\u200c\u200d]/.test(label)) return "joiner";
  return /\p{Script=Hebrew}|\p{Script=Arabic}/u.test(label) ? "bidi" : problem;
}

interface Judged {
  readonly name: string;
  readonly wildcard: boolean;
  readonly typed: string;
}

/** `undefined` for a name that is not the platform's. */
function platformName(
  { name, wildcard, typed }: Judged,
  platform: PlatformNames | undefined,
): Result<ParsedHostname, HostnameError> | undefined {
  if (platform === undefined) return undefined;
  const root = platform.roots.find((each) => name.endsWith(`.${each}`));
  const label = root === undefined ? "" : name.slice(0, -root.length - 1);
  if (root !== undefined && !label.includes(".") && !wildcard) {
    const international = label.startsWith("xn--") && platform.internationalLabels !== true;
    if (international || isReservedLabel(label, platform.reservedLabels)) return reserved(typed, "label");
    return ok({ ...namesOf(name, false), kind: "platform", registrable: name as Hostname, apex: false });
  }
  const own = [...platform.roots, ...(platform.zones ?? [])];
  const isOwn = own.some((zone) => name === zone || name.endsWith(`.${zone}`));
  return isOwn ? reserved(typed, "platform") : undefined;
}

function customName({ name, wildcard, typed }: Judged): Result<ParsedHostname, HostnameError> {
  if (isSpecialUse(name)) return reserved(typed, "special-use");
  const { domain, isIcann, isPrivate, publicSuffix } = parse(name, {
    allowPrivateDomains: true,
    extractHostname: false,
    validateHostname: false,
  });
  // The list ends with a rule for all names: a suffix nobody knows comes back as if it were one.
  if (isIcann !== true && isPrivate !== true) return invalid(typed, "unknown-suffix", publicSuffix ?? undefined);
  if (domain === null) return reserved(typed, "public-suffix");
  const apex = domain === name && !wildcard;
  return ok({ ...namesOf(name, wildcard), kind: "custom", registrable: domain as Hostname, apex });
}

function namesOf(
  name: string,
  wildcard: boolean,
): Pick<ParsedHostname, "ascii" | "mixedScripts" | "unicode" | "wildcard"> {
  const unicode = domainToUnicode(name);
  const star = wildcard ? "*." : "";
  const mixedScripts = unicode.split(".").some(mixesScripts);
  return { ascii: `${star}${name}` as Hostname, unicode: `${star}${unicode}`, wildcard, mixedScripts };
}

const sentences: Readonly<Record<HostnameProblem, string>> = {
  bidi: "mixes writing from the left and from the right",
  character: "holds a character that names of hosts do not have",
  email: "is an e-mail address",
  empty: "is empty",
  "empty-label": "has nothing between two dots",
  hyphen: "has a hyphen where none may be: at the start or end of a label, or as its third and fourth character",
  invisible: "holds a character that can't be seen",
  "ip-address": "is an address, or ends like one",
  joiner: "holds a joiner where it joins nothing",
  "label-too-long": "has a label of more than 63 characters",
  port: "has a port",
  punycode: "has a label that begins with xn-- and encodes nothing, or not in the one right way",
  "single-label": "has no dot",
  "too-long": "is longer than 253 characters",
  underscore: "holds an underscore, which names of hosts do not have",
  "unknown-suffix": "ends with a suffix that no registry has",
  url: "is an address of a page; give the name alone",
  whitespace: "holds white space",
  wildcard: "has a * elsewhere than as its whole first label",
};

const reservations: Readonly<Record<HostnameReservation, string>> = {
  label: "is kept back by the platform",
  platform: "belongs to the platform",
  "public-suffix": "is a suffix under which others register names",
  "special-use": "is reserved and can't be reached from elsewhere",
};

function invalid(typed: string, problem: HostnameProblem, label?: string): Result<never, HostnameError> {
  const hostname = shown(typed);
  const where = label === undefined || label === "" ? null : shown(label);
  const at = where === null || where === hostname ? "" : ` (at “${where}”)`;
  const message = `The name “${hostname}” ${sentences[problem]}${at}.`;
  return err(hostingError("HOSTNAME_INVALID", message, { hostname, problem, label: where }));
}

function reserved(typed: string, reason: HostnameReservation): Result<never, HostnameError> {
  const hostname = shown(typed);
  const message = `The name “${hostname}” ${reservations[reason]}.`;
  return err(hostingError("HOSTNAME_RESERVED", message, { hostname, reason }));
}

/** What was typed may hold anything: shown short, and with what can't be seen written out. */
function shown(typed: string): string {
  const visible = typed.slice(0, longestName).replace(/[\p{C}\p{Z}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return typed.length > longestName ? `${visible}…` : visible;
}
