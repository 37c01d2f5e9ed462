/**
 * `@hostelry/adapter-local`: a blob store, a publish target and its serving side, in directories of this machine.
 */
export { type DirectoryBlobStoreOptions, directoryBlobStore } from "./blob/directory-blob-store.ts";
export { type DirectoryContentOptions, directoryContent } from "./content/directory-content.ts";
export type { DurabilityLevel } from "./file-system/durability.ts";
export type {
  DirectoryEntry,
  Done,
  DoneWithCount,
  DoneWithFile,
  FileFacts,
  FileSystem,
} from "./file-system/file-system.ts";
export { type DirectoryTargetOptions, directoryTarget } from "./target/directory-target.ts";
export { type LocalTransportOptions, localTransport } from "./transport/local-transport.ts";
