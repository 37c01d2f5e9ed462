import { domainToASCII } from "node:url";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
const maxNameLength = 253;

/**
 * Whether a text is a name as the DNS ports take it: whole, lower-case ASCII, without a dot at the end, labels of letters,
 * digits, `-` and `_`; the first label may be `*`. That the name could be a web site's is not said.
 */
export function isDnsName(text: string): boolean {
  if (text.length > maxNameLength) return false;
  const [first = "", ...rest] = text.split(".");
  return (label.test(first) || (first === "*" && rest.length > 0)) && rest.every((each) => label.test(each));
}

/**
 * A name in the form that the DNS ports take: lower case, no dot at the end, letters beyond ASCII in their `xn--` form.
 * `INVALID_INPUT` when it can't be one.
 */
export function canonicalDnsName(text: string): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  const whole = text.endsWith(".") ? text.slice(0, -1) : text;
  const ascii = whole
    .normalize("NFC")
    .split(/[.\u3002\uff0e\uff61]/)
    .map(asciiLabel)
    .join(".");
  if (isDnsName(ascii)) return ok(ascii);
  const details = { field: "name", problem: "is not a DNS name" };
  return err(hostingError("INVALID_INPUT", `${JSON.stringify(text)} is not a DNS name.`, details));
}

/**
 * Only a label that needs it is translated, and by itself: `domainToASCII` knows nothing of wildcards and underscores, decodes
 * percent signs, drops line breaks, and makes addresses of digits. What it should not see becomes a label that is none.
 */
function asciiLabel(text: string): string {
  if (/^[A-Za-z0-9_*-]*$/.test(text)) return text.toLowerCase();
  if (!/^([A-Za-z0-9-]|\P{ASCII})+$/u.test(text)) return " ";
  const ascii = domainToASCII(text);
  return ascii.includes(".") ? " " : ascii;
}

/** Whether a name is the zone's own or below it. */
export function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
