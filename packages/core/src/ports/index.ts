/** What core asks of the world. Each method's comment answers seven questions; `@hostelry/testing` proves the answers. */
export type {
  BlobInput,
  BlobRange,
  BlobStore,
  BlobStoreCapabilities,
  BlobStoreError,
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
export { guardBlobStore, guardStore, guardTarget } from "./guard.ts";
export type { HostingPorts, PublishPolicy } from "./hosting-ports.ts";
export { type Random, systemRandom } from "./random.ts";
export type {
  AuditRecords,
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
