import { analyticsSaboteurs } from "./analytics-saboteurs.ts";
import { auditSaboteurs } from "./audit-saboteurs.ts";
import { blobStoreSaboteurs } from "./blob-store-saboteurs.ts";
import { certificateAuthoritySaboteurs } from "./certificate-authority-saboteurs.ts";
import { certificateStoreSaboteurs } from "./certificate-store-saboteurs.ts";
import { certificateTargetSaboteurs } from "./certificate-target-saboteurs.ts";
import { dnsLookSaboteurs } from "./dns-look-saboteurs.ts";
import { dnsSaboteurs } from "./dns-saboteurs.ts";
import { domainSaboteurs } from "./domain-saboteurs.ts";
import { fleetSaboteurs } from "./fleet-saboteurs.ts";
import { hostRoutesSaboteurs } from "./host-routes-saboteurs.ts";
import { idempotencySaboteurs } from "./idempotency-saboteurs.ts";
import { idleSaboteurs } from "./idle-saboteurs.ts";
import { leaseSaboteurs } from "./lease-saboteurs.ts";
import { logSaboteurs } from "./log-saboteurs.ts";
import { oneGoSaboteurs } from "./one-go-saboteurs.ts";
import { operationSaboteurs } from "./operation-saboteurs.ts";
import { previewSaboteurs } from "./preview-saboteurs.ts";
import { raceSaboteurs } from "./race-saboteurs.ts";
import { recordSaboteurs } from "./record-saboteurs.ts";
import { resourceSaboteurs } from "./resource-saboteurs.ts";
import { runnerSaboteurs } from "./runner-saboteurs.ts";
import type { Saboteur } from "./saboteur.ts";
import { stagingSaboteurs } from "./staging-saboteurs.ts";
import { targetSaboteurs } from "./target-saboteurs.ts";
import { waitingSitesSaboteurs } from "./waiting-sites-saboteurs.ts";

/**
 * Adapters that each break one promise, with the cases that must catch them. The kit's own tests run them all; a host
 * that writes a suite of its own can do the same.
 */
export const saboteurs: readonly Saboteur[] = [
  ...recordSaboteurs,
  ...auditSaboteurs,
  ...previewSaboteurs,
  ...leaseSaboteurs,
  ...raceSaboteurs,
  ...idempotencySaboteurs,
  ...fleetSaboteurs,
  ...blobStoreSaboteurs,
  ...idleSaboteurs,
  ...targetSaboteurs,
  ...stagingSaboteurs,
  ...oneGoSaboteurs,
  ...logSaboteurs,
  ...dnsLookSaboteurs,
  ...dnsSaboteurs,
  ...domainSaboteurs,
  ...certificateAuthoritySaboteurs,
  ...certificateStoreSaboteurs,
  ...certificateTargetSaboteurs,
  ...hostRoutesSaboteurs,
  ...analyticsSaboteurs,
  ...operationSaboteurs,
  ...resourceSaboteurs,
  ...runnerSaboteurs,
  ...waitingSitesSaboteurs,
];
