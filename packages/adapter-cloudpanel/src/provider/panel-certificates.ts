import type { CertificateFacts } from "@hostelry/core";
import {
  type Clock,
  err,
  type HostingErrorOf,
  hasCode,
  ok,
  type PlanError,
  type PlanResource,
  type Resource,
  type ResourceObservation,
  type ResourceProvider,
  type ResourceStep,
  type Result,
  systemClock,
} from "@hostelry/core/adapter";
import { type EnsurePanelCertificate, namesOfCertificate } from "../certificate/ensure-certificate.ts";
import { certificateNeed, type PanelCertificate } from "../certificate/panel-certificate.ts";
import type { CloudPanel } from "../cloud-panel.ts";
import { checkPanelField } from "../command/panel-fields.ts";
import { invalidFact, onlyFacts } from "./desired-facts.ts";
import { resourceConflict } from "./refusals.ts";

/** Options of {@link panelCertificates}. */
export interface PanelCertificatesOptions extends Pick<EnsurePanelCertificate, "pauseMs" | "preflight"> {
  /** As the host names the server. Default: the panel's name. */
  readonly place?: string | undefined;
  /** A certificate that ends sooner is not as desired. Default 30 days. */
  readonly renewBeforeMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Certificates of Let's Encrypt on a CloudPanel server as resources of kind `certificate`, for `createProvisioning`. The key is the site's domain. Desired:
 * `names`, beside the domain and its implied `www` (default none). Facts: `names`, `notAfter`, `issuer`. They can't be removed: they go with their site.
 */
export function panelCertificates(panel: CloudPanel, options: PanelCertificatesOptions): ResourceProvider {
  const {
    place = panel.name,
    renewBeforeMs = 30 * 24 * 60 * 60 * 1000,
    clock = systemClock,
    pauseMs,
    preflight,
  } = options;
  return {
    spec: "resource/1",
    name: "cloudpanel",
    kind: "certificate",
    place,
    capabilities: { serial: true, changes: true, removes: false, secrets: [] },
    check: (resource) => readNames(resource).map((names) => ({ ...resource, desired: { names } })),
    observe: (resource, call) =>
      readNames(resource).asyncAndThen((extra) => {
        const names = namesOfCertificate(resource.key, extra);
        return panel
          .observeCertificate(resource.key, call)
          .map((seen): ResourceObservation => judge(seen, { names, now: clock.now(), renewBeforeMs }))
          .orElse((error) => (isMissingSite(error) ? ok<ResourceObservation>({ status: "absent" }) : err(error)));
      }),
    plan: planCertificate,
    apply: ({ resource }, { signal }) =>
      readNames(resource)
        .asyncAndThen((names) =>
          panel.ensureCertificate({ domain: resource.key, names, preflight, pauseMs, renewBeforeMs }, { signal }),
        )
        // It ends with a look, whatever was said.
        .map(({ state, names, notAfter, issuer }) => ({ state, observation: seenAs({ names, notAfter, issuer }) })),
  };
}

function readNames({ key, desired }: Resource): Result<readonly string[], HostingErrorOf<"INVALID_INPUT">> {
  return onlyFacts(desired, ["names"])
    .andThen(() => checkPanelField("domainName", key))
    .andThen((): Result<readonly string[], HostingErrorOf<"INVALID_INPUT">> => {
      const names = desired["names"] ?? [];
      const texts = Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [];
      if (!Array.isArray(names) || texts.length !== names.length) return invalidFact("names", "is no list of names");
      if (texts.some((name) => checkPanelField("domainName", name).isErr()))
        return invalidFact("names", "has one that is no whole name");
      return ok([...new Set(texts)].sort());
    });
}

function isMissingSite(error: { readonly code: string }): boolean {
  return hasCode(error, "PANEL_REFUSED") && error.details.problems.some(({ problem }) => problem === "missing");
}

function judge(
  seen: PanelCertificate,
  wanted: { readonly names: readonly string[]; readonly now: Date; readonly renewBeforeMs: number },
): ResourceObservation {
  const { facts } = seen;
  const need = certificateNeed(seen, wanted);
  if (facts === null || need === "missing" || need === "self-signed") return { status: "absent" };
  const good = seenAs(facts);
  if (need === undefined) return good;
  const { facts: told } = good;
  const difference =
    need === "names"
      ? { field: "names", expected: wanted.names, actual: facts.names, remedy: "change" as const }
      : {
          field: "notAfter",
          expected: `later than ${new Date(wanted.now.getTime() + wanted.renewBeforeMs).toISOString()}`,
          actual: facts.notAfter.toISOString(),
          remedy: "change" as const,
        };
  return { status: "different", facts: told, differences: [difference] };
}

/** A good certificate, as an observation. */
function seenAs({ names, notAfter, issuer }: Pick<CertificateFacts, "issuer" | "names" | "notAfter">) {
  return { status: "same", facts: { names, notAfter: notAfter.toISOString(), issuer } } as const;
}

function planCertificate({ resource, goal, observation }: PlanResource): Result<readonly ResourceStep[], PlanError> {
  if (goal === "absent") {
    if (observation.status === "absent") return ok([]);
    return err(
      resourceConflict(resource, [{ field: "certificate", expected: null, actual: "installed", remedy: "refuse" }]),
    );
  }
  if (observation.status === "same") return ok([]);
  return ok([{ name: "certificate.order", title: `Order a certificate for ${resource.key}.`, effect: "once" }]);
}
