import type { EdgeConfigOptions } from "./edge-config-options.ts";

/** Where the node itself can ask which configuration runs; nobody else gets an answer. */
export const checkingPath = "/.hostelry/configuration";

/** A host that nobody has (RFC 6761 reserves `invalid`), for asking. */
export const checkingHost = "configuration.hostelry.invalid";

/** Stands in a text for its revision while that is being made. */
export const revisionPlaceholder = "0000000000000000";

/** The address to ask on the node. */
export function checkingUrl({ listen = [{ port: 80 }] }: EdgeConfigOptions): string {
  const listener = listen.find(({ tls }) => tls === undefined) ?? listen[0];
  if (listener === undefined) return "";
  const { address = "127.0.0.1", port, tls } = listener;
  const host = { "0.0.0.0": "127.0.0.1", "[::]": "[::1]" }[address] ?? address;
  return `${tls === undefined ? "http" : "https"}://${host}:${port}${checkingPath}`;
}
