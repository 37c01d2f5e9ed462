import type { AnalyticsSite } from "@hostelry/core/adapter";

/** The id that `SitesManager.addSite` answers: `{"value":5}`, and `{"value":"5"}` in some versions. */
export function createdId(answer: unknown): string | undefined {
  return idOf(fieldOf(answer, "value"));
}

/** The ids that `SitesManager.getSitesIdFromSiteUrl` answers: `[{"idsite":"5"}]`. `undefined`: it is no such list. */
export function foundIds(answer: unknown): readonly string[] | undefined {
  if (!Array.isArray(answer)) return undefined;
  const ids = answer.map((row: unknown) => idOf(fieldOf(row, "idsite")));
  return ids.every((id) => id !== undefined) ? ids : undefined;
}

/** The site that `SitesManager.getSiteFromId` answers: an object, and a list of one in older versions. */
export function siteFrom(answer: unknown): AnalyticsSite | undefined {
  const row: unknown = Array.isArray(answer) && answer.length === 1 ? answer[0] : answer;
  const id = idOf(fieldOf(row, "idsite"));
  const [name, url, group] = ["name", "main_url", "group"].map((field) => fieldOf(row, field));
  if (id === undefined || typeof name !== "string" || typeof url !== "string") return undefined;
  return { id, name: plainText(name), url: plainText(url), group: typeof group === "string" ? plainText(group) : "" };
}

/** The yes or no of `{"value":true}`, which is `1` or `"1"` in some versions; `null` for anything else. */
export function yesOrNo(answer: unknown): boolean | null {
  const value = fieldOf(answer, "value");
  if (value === true || value === 1 || value === "1") return true;
  return value === false || value === 0 || value === "0" || value === "" ? false : null;
}

/** The text of `{"value":"5.2.0"}`. */
export function valueText(answer: unknown): string | null {
  const value = fieldOf(answer, "value");
  return typeof value === "string" && value !== "" ? value : null;
}

/** Whether a text can be the id of a site. */
export function isSiteId(text: string): boolean {
  return /^[1-9][0-9]{0,9}$/.test(text);
}

function idOf(value: unknown): string | undefined {
  const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
  return isSiteId(text) ? text : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#039": "'", "#39": "'" };

/** Matomo keeps what it was given with these five written as HTML. */
function plainText(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#039|#39);/g, (whole, name: string) => entities[name] ?? whole);
}
