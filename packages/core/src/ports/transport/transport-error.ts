import type { HostingErrorOf } from "../../errors/index.ts";
import type { AdapterError } from "../call-options.ts";

/** Errors of a transport. `ADAPTER_TIMEOUT` when a time limit passed, also that of connecting. */
export type TransportError =
  | AdapterError
  | HostingErrorOf<"HOST_KEY_MISMATCH">
  | HostingErrorOf<"HOST_KEY_UNKNOWN">
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"TRANSPORT_AUTH_FAILED">
  | HostingErrorOf<"TRANSPORT_LOST">
  | HostingErrorOf<"TRANSPORT_OUTPUT_TOO_LARGE">
  | HostingErrorOf<"TRANSPORT_REFUSED">
  | HostingErrorOf<"TRANSPORT_UNREACHABLE">;

/** Errors of {@link TransportFiles}. Disk errors that the other side can name are `STORAGE_…`. */
export type TransportFileError =
  | TransportError
  | HostingErrorOf<"REMOTE_FILE_EXISTS">
  | HostingErrorOf<"REMOTE_FILE_NOT_FOUND">;
