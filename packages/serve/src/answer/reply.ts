/** Header fields by lower-case name. None of ours occurs twice. */
export type ReplyHeaders = Readonly<Record<string, string>>;

/** What both faces send. */
export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** `null`: no body is sent, as for HEAD and 304. A stream has exactly the bytes that `content-length` says. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
}

/** The same reply without its body, for HEAD: all headers stay, as RFC 9110 section 9.3.2 asks. */
export function withoutBody(reply: Reply): Reply {
  return { ...reply, body: null };
}

/** The same reply with more headers; those given here win. */
export function withHeaders(reply: Reply, headers: ReplyHeaders): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
