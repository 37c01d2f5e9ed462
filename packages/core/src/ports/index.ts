/** What core asks of the world. Each method's comment answers seven questions; `@hostelry/testing` proves the answers. */
export type {
  BlobInput,
  BlobRange,
  BlobStore,
  BlobStoreCapabilities,
  BlobStoreError,
  ListedBlob,
  RemoveOptions,
  StoredBlob,
} from "./blob-store.ts";
export type {
  ActingOptions,
  AdapterError,
  CallOptions,
  Page,
  PageRequest,
  Progress,
  ProgressListener,
  WorkOptions,
} from "./call-options.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { ContentError, ContentSource, ContentView, SiteContent } from "./content-source.ts";
export type { Events, HostingEvent } from "./events.ts";
export { guardBlobStore, guardPublicProbe, guardStore, guardTarget } from "./guard.ts";
export type { HostingPorts, PublishPolicy } from "./hosting-ports.ts";
export type { PublicProbe, PublicProbeOutcome, PublicProbeRequest } from "./public-probe.ts";
export { type Random, systemRandom } from "./random.ts";
export type {
  AuditRecords,
  ExpiredCount,
  ExpiredRecords,
  IdempotencyBeginning,
  IdempotencyRecords,
  IdempotentCall,
  LeaseRecords,
  PreviewRecords,
  PreviewTokenError,
  PublicationRecords,
  RevisionMove,
  RevisionRecords,
  SiteRecords,
  SlotChange,
  Store,
  StoreCapabilities,
  StoreError,
} from "./store/index.ts";
export type {
  ActivateOutcome,
  ActivateRequest,
  FencedRequest,
  ProbeOutcome,
  ProbeSample,
  ReleaseProblem,
  StageOutcome,
  StageRequest,
  Target,
  TargetCapabilities,
  TargetError,
  TargetObservation,
} from "./target.ts";
export type {
  Command,
  CommandOutput,
  ProcessOutcome,
  ReadFileOptions,
  RemoteDirectoryEntry,
  RemoteFileFacts,
  RemoteFileKind,
  RunOptions,
  StartOptions,
  Transport,
  TransportCapabilities,
  TransportError,
  TransportFileError,
  TransportFiles,
  TransportProcess,
  WriteFileOptions,
} from "./transport/index.ts";
