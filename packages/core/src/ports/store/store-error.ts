import type { HostingErrorOf } from "../../errors/index.ts";
import type { AdapterError } from "../call-options.ts";

/** What every store method may answer besides the errors it names. */
export type StoreError = AdapterError | HostingErrorOf<"INVALID_INPUT">;
