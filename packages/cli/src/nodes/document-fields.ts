import { hostingError } from "@hostelry/core";

/** The fields of one object of a JSON document. Reading one that is not as it should be throws `INVALID_INPUT`. */
export interface DocumentFields {
  has(name: string): boolean;
  /** Whatever is there. */
  value(name: string): unknown;
  /** A text that has to be there; `hint` says how to come by one. */
  text(name: string, hint: string): string;
  optionalText(name: string): string | undefined;
  optionalFlag(name: string): boolean | undefined;
  /** Where a field stands in the document, e.g. `nodes[1].port`. */
  at(name: string): string;
  /** The error for a field. */
  problem(name: string, problem: string): Error;
}

/** A place in a document. */
export interface DocumentPlace {
  /** The document's file, for messages. */
  readonly file: string;
  /** E.g. `nodes[1]`; empty: the document itself. */
  readonly at: string;
}

/** Reads an object that may have these fields and no others. */
export function documentFields(value: unknown, place: DocumentPlace, known: readonly string[]): DocumentFields {
  const { file } = place;
  if (!isObject(value)) throw documentProblem(file, place.at, "must be an object, { … }");
  const at = (name: string): string => (place.at === "" ? name : `${place.at}.${name}`);
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const meant = known.find((one) => one.toLowerCase() === name.toLowerCase());
    const advice = meant === undefined ? `known here are ${known.join(", ")}` : `write it "${meant}"`;
    throw documentProblem(file, at(name), `is not a field of the nodes file; ${advice}`);
  }
  const problem = (name: string, what: string): Error => documentProblem(file, at(name), what);
  const optionalText = (name: string): string | undefined => {
    const found = value[name];
    if (found === undefined) return undefined;
    if (typeof found !== "string" || found.trim() === "") throw problem(name, 'must be a text, "…"');
    return found;
  };
  return {
    has: (name) => value[name] !== undefined,
    value: (name) => value[name],
    text: (name, hint) => {
      const found = optionalText(name);
      if (found === undefined) throw problem(name, `is missing: ${hint}`);
      return found;
    },
    optionalText,
    optionalFlag: (name) => {
      const found = value[name];
      if (found === undefined || typeof found === "boolean") return found;
      throw problem(name, "must be true or false");
    },
    at,
    problem,
  };
}

/** The error for a place of a document: which file, where, what is wrong. Never quotes what stands there. */
export function documentProblem(file: string, at: string, problem: string, cause?: unknown): Error {
  const where = at === "" ? file : `${file}: ${at}`;
  const field = at === "" ? file : at;
  return hostingError("INVALID_INPUT", `${where} ${problem}.`, { field, problem }, { cause });
}

/** Whether a value is an object with names in it. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
