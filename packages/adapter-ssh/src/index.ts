/** `@hostelry/adapter-ssh`: machines that run an ordinary sshd. */

export { checkNode } from "./check/check-node.ts";
export type { CheckNodeError, CheckNodeOptions } from "./check/node-expectations.ts";
export type { NodeCheck, NodeFact, NodeFinding, NodeReport } from "./check/node-report.ts";
export type { DocumentRoot } from "./edge/document-root.ts";
export { type EdgeRoutesOptions, edgeRoutes } from "./edge/edge-routes.ts";
export type { ExpiredPreview, HostRequest } from "./edge/hosts.ts";
export { type SshEdge, type SshEdgeOptions, sshEdge } from "./edge/ssh-edge.ts";
export type { Packing } from "./edge/staging/packed.ts";
export { type SftpTargetOptions, sftpTarget } from "./sftp/sftp-target.ts";
export type { SshAuthentication, SshCredentials } from "./transport/authentication.ts";
export type { SshPlace } from "./transport/connection/ssh-place.ts";
export type { ExpectedHostKey } from "./transport/host-key/host-key-policy.ts";
export { type SshTransportOptions, sshTransport } from "./transport/ssh-transport.ts";
export { type EdgeCertificatesOptions, edgeCertificates } from "./web-server/certificates/edge-certificates.ts";
export {
  type ChallengeNode,
  type EdgeChallengesOptions,
  edgeChallenges,
} from "./web-server/certificates/edge-challenges.ts";
export { edgeConfig, type WebServerName } from "./web-server/edge-config.ts";
export type { EdgeConfigOptions, EdgeListener, EdgeTls, PreviewAccess } from "./web-server/edge-config-options.ts";
export {
  type InstallEdgeConfigError,
  type InstallEdgeConfigOptions,
  type InstalledEdgeConfig,
  installEdgeConfig,
} from "./web-server/install/install-edge-config.ts";
export { type PhpSettings, phpDefaults, readPhpSettings } from "./web-server/staleness/php-settings.ts";
export { type ReadStalenessOptions, readStaleness } from "./web-server/staleness/read-staleness.ts";
export {
  type StalenessEvidence,
  type StalenessFinding,
  type StalenessReport,
  stalenessOf,
} from "./web-server/staleness/staleness.ts";
export { type WithStalenessOptions, withStaleness } from "./web-server/staleness/with-staleness.ts";
