// Route 53 escapes bytes in octal, `\052`, where zone files and everybody else have decimal, `\042`.

/** A name as Route 53 stores it. */
export function storedName(name: string): string {
  return `${name.replace(/^\*(?=\.)/, "\\052")}.`;
}

/** A stored name as the port has it. What is in it beyond letters, digits, `-` and `_` stays as it is. */
export function plainName(stored: string): string {
  return stored
    .replace(/\.$/, "")
    .replace(/^\\052(?=\.)/, "*")
    .toLowerCase();
}

/** Quoted strings as zone files have them. */
export function decimalEscapes(value: string): string {
  return value.replace(/\\(?:([0-7]{3})|[\s\S])/g, (whole, octal: string | undefined) =>
    octal === undefined ? whole : `\\${String(Number.parseInt(octal, 8)).padStart(3, "0")}`,
  );
}

/** Quoted strings as Route 53 has them. */
export function octalEscapes(value: string): string {
  return value.replace(/\\(?:(\d{3})|[\s\S])/g, (whole, decimal: string | undefined) =>
    decimal === undefined ? whole : `\\${Number(decimal).toString(8).padStart(3, "0")}`,
  );
}

/** An id without the kind that stands before it in answers. */
export function plainId(id: string): string {
  return id.replace(/^\/?[a-z]+\//, "");
}
