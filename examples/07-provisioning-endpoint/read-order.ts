// What a request brings along. Nothing of it is kept, and nothing of it is repeated in an answer.

/** How a server is reached. */
export interface ServerAccess {
  readonly host: string;
  readonly port: number;
  readonly hostKey: string;
  readonly privateKey: string;
}

/** A request to `/process`. */
export interface ProcessOrder {
  readonly servers: ReadonlyMap<string, ServerAccess>;
  readonly matomo: { readonly url: string; readonly token: string } | undefined;
}

/** The order in a body, or a sentence that says what is wrong with it. */
export function readOrder(body: string): ProcessOrder | string {
  const order = fieldsOf(parsed(body));
  if (order === undefined) return "The body is no JSON object.";
  const { servers, matomo, ...others } = order;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `There is no field ${JSON.stringify(unknown)}; use "servers" and "matomo".`;
  const named = Object.entries(fieldsOf(servers) ?? {});
  if (named.length === 0) return 'The field "servers" must be an object with a server for each name.';
  const accesses = new Map<string, ServerAccess>();
  for (const [name, value] of named) {
    const { host, port = 22, hostKey, privateKey } = fieldsOf(value) ?? {};
    const isWhole = [host, hostKey, privateKey].every((text) => typeof text === "string" && text !== "");
    if (!isWhole) return `The server ${JSON.stringify(name)} needs host, hostKey and privateKey, as texts.`;
    if (!Number.isInteger(port)) return `The port of the server ${JSON.stringify(name)} must be a whole number.`;
    accesses.set(name, { host, port, hostKey, privateKey } as ServerAccess);
  }
  if (matomo === undefined) return { servers: accesses, matomo: undefined };
  const { url, token } = fieldsOf(matomo) ?? {};
  if (typeof url !== "string" || typeof token !== "string") return 'The field "matomo" needs url and token, as texts.';
  return { servers: accesses, matomo: { url, token } };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // Told by whoever asked.
  }
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as { readonly [name: string]: unknown }) : undefined;
}
