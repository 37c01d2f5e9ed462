import { join } from "node:path";
import { directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import { type BlobStore, createHosting, type Hosting, type Store, type Target, unwrap } from "@hostelry/core";
import { pgStorage } from "@hostelry/storage-pg";

/** The three things a publication touches: records, content, and where it is served. */
export interface Ports {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly target: Target;
}

/** A hosting on a directory, while one process has it. */
export interface OpenState {
  readonly hosting: Hosting;
  close(): Promise<void>;
}

/** Where in the demo's directory the served files are; the server reads nothing else. */
export function servedDirectory(directory: string): string {
  return join(directory, "www");
}

/** Opens everything on a directory. `around` may put something between core and the ports: a counter, or a killer. */
export async function openState(
  directory: string,
  around: (ports: Ports) => Ports = (ports) => ports,
): Promise<OpenState> {
  const store = await unwrap(pgStorage.embedded(join(directory, "records")));
  const target = directoryTarget(servedDirectory(directory));
  const ports = around({ store, blobs: directoryBlobStore(join(directory, "blobs")), target });
  const hosting = createHosting({ store: ports.store, blobs: ports.blobs, targets: [ports.target] });
  return { hosting, close: () => unwrap(store.close()) };
}
