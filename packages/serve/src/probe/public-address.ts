/** Where strangers find a site. */
export interface PublicAddress {
  /** What they type, without a path, e.g. `https://shop.example`. */
  readonly origin: string;
  /**
   * Connect there instead of to what the name resolves to: to look at one node, or before the name points to it. The
   * name is still what is asked for, in the `Host` header and for the certificate.
   */
  readonly connectTo?: { readonly host: string; readonly port?: number | undefined } | undefined;
}
