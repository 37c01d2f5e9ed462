import { escaped } from "./fake-listing.ts";

/** What a fake store answers. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | string | undefined;
}

/** A no, as stores say it. */
export function refusal(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
  message: string = code,
): FakeAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escaped(code)}</Code><Message>${escaped(message)}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml", ...headers }, body };
}

/** A document. */
export function document(body: string, headers: Readonly<Record<string, string>> = {}): FakeAnswer {
  return { status: 200, headers: { "content-type": "application/xml", ...headers }, body };
}
