import type { HostingError } from "../../errors/index.ts";
import type { AnalyticsProvider } from "../../ports/analytics.ts";
import type { CallOptions } from "../../ports/call-options.ts";
import type { Clock } from "../../ports/clock.ts";
import type { OperationStore } from "../../ports/operation-store.ts";
import type { Random } from "../../ports/random.ts";
import type { WaitingSites } from "../../ports/waiting-sites.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { ProvisioningPolicy } from "../provisioning-policy.ts";
import type { OperationListener } from "../provisioning-ports.ts";
import type { ResourcePlace } from "../resource.ts";
import type { SiteReport, WaitingServer } from "./waiting-server.ts";

/** What a run is made of. */
export interface ProvisionWaitingOptions {
  /** Which sites wait, and where outcomes are written. */
  readonly sites: WaitingSites;
  /** The records of provisioning; the same for all runs. */
  readonly operations: OperationStore;
  /** Connects to a server, once in a run. Credentials are in this function and nowhere else. */
  readonly openServer: (server: ResourcePlace, options: CallOptions) => ResultAsync<WaitingServer, HostingError>;
  /** Who counts visits. Left out: sites that want that are active without. */
  readonly analytics?: { readonly provider: AnalyticsProvider; readonly group: string } | undefined;
  /** Servers worked at side by side. Default 4. */
  readonly concurrency?: number | undefined;
  /**
   * At a server, content and analytics of so many sites may still be on their way while the resources of the next one are made. Default 3; 1: a
   * site is done with before the next one begins.
   */
  readonly finishAtOnce?: number | undefined;
  /** Take up no more than so many sites. Default 1000. */
  readonly highest?: number | undefined;
  /** Also sites that failed in a way that another try can help. Default `true`. */
  readonly includeFailed?: boolean | undefined;
  /** Whether what is left of broken-off attempts may be taken away or completed, where it is in the way. Default `false`: it is told. */
  readonly repair?: boolean | undefined;
  /** How long the run waits for what has to wait, after everything else is done; beyond it a site is `failed`, and can be tried again. Default 30,000. */
  readonly patienceMs?: number | undefined;
  /** A claim on a site ends this long after its last renewal. Default 60,000. */
  readonly claimTtlMs?: number | undefined;
  /** Told of each site when it is done with. A throw is a bug of the listener and ends the run. */
  readonly onSite?: ((report: SiteReport) => void) | undefined;
  /** Told how the operations of resources go on. */
  readonly events?: OperationListener | undefined;
  /** What differs from `defaultProvisioningPolicy`. */
  readonly policy?: Partial<ProvisioningPolicy> | undefined;
  /** Names this run in claims: 1 to 200 visible ASCII characters. Default: a new id. */
  readonly holder?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}
