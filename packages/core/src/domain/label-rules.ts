import { domainToASCII, domainToUnicode } from "node:url";
import type { HostnameProblem } from "./hostname.ts";

/** Letters of scripts that are written from the right. */
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u;
const rightToLeftLetter = new RegExp(`(?=\\p{L})${rightToLeft.source}`, "u");

const longestLabel = 63;

/**
 * What is wrong with a label in its ASCII form, or `undefined`. `node:url` maps and encodes (UTS #46), but it is no validator:
 * it lets hyphens, empty labels, any length, emoji and some mixed directions pass.
 */
export function labelProblem(label: string): HostnameProblem | undefined {
  if (label === "") return "empty-label";
  if (label.length > longestLabel) return "label-too-long";
  if (label.includes("_")) return "underscore";
  if (label.startsWith("-") || label.endsWith("-")) return "hyphen";
  if (!/^[a-z0-9-]+$/.test(label)) return "character";
  if (!label.startsWith("xn--")) return label.slice(2, 4) === "--" ? "hyphen" : undefined;
  const unicode = domainToUnicode(label);
  // What decodes to ASCII, to nothing, or to what encodes otherwise, is a second spelling of another name.
  const isAscii = [...unicode].every((character) => character < "\u0080");
  if (unicode === "" || isAscii || domainToASCII(unicode) !== label) return "punycode";
  return unicodeProblem(unicode);
}

/** What is wrong with a label in its Unicode form, beyond what UTS #46 looks at: RFC 5892 and RFC 5893. */
function unicodeProblem(label: string): HostnameProblem | undefined {
  if (!/^[\p{L}\p{M}\p{N}\u00b7\u0375\u05f3\u05f4\u30fb\u200c-\u200d-]+$/u.test(label)) return "character";
  if (label.slice(2, 4) === "--" || label.startsWith("-") || label.endsWith("-")) return "hyphen";
  if (/^\p{M}/u.test(label)) return "character";
  if (hasStrayMark(label)) return "character";
  return hasMixedDirections(label) ? "bidi" : undefined;
}

/** RFC 5892, appendix A.3 to A.9: characters that mean something beside certain others only. */
function hasStrayMark(label: string): boolean {
  const middleDots = label.split("\u00b7").length - 1;
  if (middleDots > 0 && middleDots !== [...label.matchAll(/(?<=l)\u00b7(?=l)/g)].length) return true;
  if (/\u0375(?!\p{Script=Greek})/u.test(label)) return true;
  if (/(?<!\p{Script=Hebrew})[\u05f3\u05f4]/u.test(label)) return true;
  if (label.includes("\u30fb") && !/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label)) return true;
  return /[\u0660-\u0669]/.test(label) && /[\u06f0-\u06f9]/.test(label);
}

/** RFC 5893, the part that lets a label be read in one way only. */
function hasMixedDirections(label: string): boolean {
  if (!rightToLeft.test(label)) return /[\u0660-\u0669]/.test(label);
  const characters = [...label].filter((character) => !/\p{M}/u.test(character));
  const [first = "", last = ""] = [characters[0], characters.at(-1)];
  if (!rightToLeftLetter.test(first)) return true;
  if (!rightToLeftLetter.test(last) && !/\p{N}/u.test(last)) return true;
  if (characters.some((character) => /\p{L}/u.test(character) && !rightToLeft.test(character))) return true;
  return /[0-9\u06f0-\u06f9]/.test(label) && /[\u0660-\u0669]/.test(label);
}

const lookAlikes: readonly RegExp[] = [
  /\p{Script=Latin}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/** Whether a label in its Unicode form mixes alphabets that look alike. */
export function mixesScripts(label: string): boolean {
  return lookAlikes.filter((script) => script.test(label)).length > 1;
}
