/** Header fields as Node takes them fastest: name, value, name, value …; names in lower case. */
export type HeaderList = readonly string[];

/** Header fields by lower-case name, for those that are written once. */
export type ReplyHeaders = Readonly<Record<string, string>>;

/** What both faces send. */
export interface Reply {
  readonly status: number;
  readonly headers: HeaderList;
  /** `null`: no body is sent, as for HEAD and 304. A stream has exactly the bytes that `content-length` says. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
}

/** The list of some fields. */
export function headerList(fields: ReplyHeaders): HeaderList {
  return Object.entries(fields).flat();
}

/** The same reply with more headers; those given here win. */
export function withHeaders(reply: Reply, fields: ReplyHeaders): Reply {
  return { ...reply, headers: [...withoutFields(reply.headers, Object.keys(fields)), ...headerList(fields)] };
}

/** A list without the fields of some names. */
export function withoutFields(headers: HeaderList, names: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? "";
    if (!names.includes(name)) kept.push(name, headers[at + 1] ?? "");
  }
  return kept;
}
