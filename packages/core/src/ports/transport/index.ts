/** The way to another machine: programs and files. */
export type { Command, CommandOutput, ProcessOutcome, RunOptions, StartOptions, TransportProcess } from "./process.ts";
export type { Transport, TransportCapabilities, TransportCrowd } from "./transport.ts";
export type { TransportError, TransportFileError } from "./transport-error.ts";
export type {
  ReadFileOptions,
  RemoteDirectoryEntry,
  RemoteFileFacts,
  RemoteFileKind,
  TransportFiles,
  WriteFileOptions,
} from "./transport-files.ts";
