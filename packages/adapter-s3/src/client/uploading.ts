import { hostingError } from "@hostelry/core/adapter";
import type { S3Dialect } from "../dialect/s3-dialect.ts";
import type { PutOptions, UploadInput } from "./object-client.ts";
import type { StoreRequests } from "./store-requests.ts";

/** What an upload works with. */
export interface Uploading {
  readonly requests: StoreRequests;
  readonly dialect: Pick<S3Dialect, "replaceIfMatch">;
  readonly key: string;
  readonly input: UploadInput;
  readonly options: PutOptions;
}

/**
 * What was announced has to be what came.
 *
 * @throws HostingError `BLOB_MISMATCH`.
 */
export function assertAsPromised(input: UploadInput, sha256: string, size: number): void {
  if (input.sha256 !== undefined && input.sha256 !== sha256) {
    const details = { expected: input.sha256, actual: sha256 };
    throw hostingError("BLOB_MISMATCH", "The bytes do not have the hash they were announced with.", details);
  }
  if (input.size !== undefined && input.size !== size) {
    const details = { expected: `${input.size} bytes`, actual: `${size} bytes` };
    throw hostingError("BLOB_MISMATCH", "There are more or fewer bytes than were announced.", details);
  }
}
