/** What a request asked for. */
export interface FakeMatomoRequest {
  /** E.g. `SitesManager.addSite`. */
  readonly method: string;
  /** Without the token. */
  readonly parameters: URLSearchParams;
  /** The token was in the address, where it does not belong: such a request is answered as one without a token. */
  readonly tokenInAddress: boolean;
  /** 1, 2, 3 … */
  readonly number: number;
}

/**
 * What goes wrong with a request. Those that end with `done` first do what was asked for.
 *
 * - `drop` closes the connection; `silence` keeps it open and says nothing.
 * - `page` is the HTML of a proxy in front, of whichever status; `warnings` are PHP's, before the JSON.
 * - `error` is Matomo's own, with status 200 unless told otherwise; `half-made` is an error between its two writes.
 * - `busy` asks for fewer requests. `slowly` sends the answer byte by byte, and never ends.
 */
export type FakeMatomoFault =
  | { readonly kind: "drop" | "silence"; readonly done: boolean }
  | { readonly kind: "page"; readonly status: number; readonly done: boolean }
  | { readonly kind: "warnings" }
  | { readonly kind: "error"; readonly message: string; readonly status?: number | undefined }
  | { readonly kind: "half-made" }
  | { readonly kind: "busy"; readonly retryAfterSeconds: number }
  | { readonly kind: "slowly" };
