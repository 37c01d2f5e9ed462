import {
  errAsync,
  type HostingError,
  hostingError,
  okAsync,
  type ReleaseId,
  type ResultAsync,
  type Target,
  type TargetError,
} from "@hostelry/core/adapter";

/** What can be wrong with one node during one publication. */
export type NodeFault =
  | "none"
  /** It can't be reached from the beginning. */
  | "down"
  /** It refuses to stage, clearly: its disk is full. */
  | "stage refused"
  /** It goes away while it stages. */
  | "gone while staging"
  /** It is ready to flip, and then it is gone: between the barrier and the flip. */
  | "gone after staging"
  /** It refuses the flip, clearly. */
  | "flip refused"
  /** It flips, and the answer is lost. */
  | "flip answer lost"
  /** It does not answer, and does not flip. */
  | "flip timed out"
  /** It does not answer, and flips when everybody has given up on it. */
  | "flip late"
  /** It flips, answers nothing, and is gone. */
  | "gone after flipping"
  /** It serves other bytes than it should. */
  | "served wrongly"
  /** It can't be looked at. */
  | "probe failed"
  /** It flips, and is gone before it can be looked at. */
  | "gone before the probe"
  /** It was seen to be well, and is gone before that is recorded. */
  | "gone after the probe"
  /** It can't be flipped back, clearly. */
  | "back refused"
  /** It is gone when it is to be flipped back. */
  | "gone when flipped back";

/** All of them. */
export const nodeFaults: readonly NodeFault[] = [
  "none",
  "down",
  "stage refused",
  "gone while staging",
  "gone after staging",
  "flip refused",
  "flip answer lost",
  "flip timed out",
  "flip late",
  "gone after flipping",
  "served wrongly",
  "probe failed",
  "gone before the probe",
  "gone after the probe",
  "back refused",
  "gone when flipped back",
];

/** Faults that a node shows only when others fail: by itself it does what it is asked to. */
export const harmlessAlone: ReadonlySet<NodeFault> = new Set([
  "none",
  "gone after the probe",
  "back refused",
  "gone when flipped back",
]);

/** A node with a fault. */
export interface FaultyNode {
  readonly target: Target;
  /** Whether it can be reached now. */
  readonly gone: boolean;
  /** Flips that nobody waits for any more happen now. */
  arrive(): Promise<void>;
}

/** Puts a fault around a target, for the publication that it stages first. */
export function faultyNode(inner: Target, fault: NodeFault): FaultyNode {
  let gone = fault === "down";
  let published: ReleaseId | undefined;
  const leave = (): void => {
    gone = true;
  };
  const late: (() => ResultAsync<unknown, TargetError>)[] = [];
  const { name } = inner;
  const refused = (): HostingError =>
    hostingError("STORAGE_FULL", "No space left.", { path: name, state: "unchanged" });
  const unclear = (operation: string): ReturnType<typeof hostingError<"ADAPTER_FAILED">> =>
    hostingError("ADAPTER_FAILED", "The connection was lost.", { adapter: name, operation, state: "unknown" });
  const fail = <T>(operation: string): ResultAsync<T, TargetError> => errAsync(unclear(operation));
  const clearly = <T>(): ResultAsync<T, TargetError> => errAsync(refused() as TargetError);

  const target: Target = {
    ...inner,
    observe: (siteId, options) => (gone ? fail("observe") : inner.observe(siteId, options)),
    missing: (request, options) => (gone ? fail("missing") : inner.missing(request, options)),
    discard: (request, options) => (gone ? fail("discard") : inner.discard(request, options)),
    setServingState: (request, options) => (gone ? fail("setServingState") : inner.setServingState(request, options)),

    stage: (request, options) => {
      published ??= request.manifest.release;
      if (fault === "gone while staging") gone = true;
      if (gone) return fail("stage");
      if (fault === "stage refused") return clearly();
      const staged = inner.stage(request, options);
      return fault === "gone after staging" ? staged.andTee(leave) : staged;
    },

    activate: (request, options) => {
      if (gone) return fail("activate");
      if (request.release !== published || published === undefined) return back(request, options);
      const flip = (): ReturnType<Target["activate"]> => inner.activate(request);
      switch (fault) {
        case "flip refused":
          return clearly();
        case "flip answer lost":
          return flip().andThen(() => errAsync(unclear("activate")));
        case "flip timed out":
          return fail("activate");
        case "flip late":
          late.push(flip);
          return fail("activate");
        case "gone after flipping":
          return flip().andThen(() => {
            leave();
            return errAsync(unclear("activate"));
          });
        default:
          return flip();
      }
    },

    probe: (request, options) => {
      if (fault === "gone before the probe") gone = true;
      if (gone || fault === "probe failed") return fail("probe");
      if (fault === "gone after the probe") return inner.probe(request, options).andTee(leave);
      if (fault !== "served wrongly") return inner.probe(request, options);
      return inner
        .probe(request, options)
        .map((seen) => (seen.served === published ? { ...seen, mismatches: ["index.html"] } : seen));
    },
  };

  function back(...[request, options]: Parameters<Target["activate"]>): ReturnType<Target["activate"]> {
    if (fault === "back refused") return clearly();
    if (fault === "gone when flipped back") gone = true;
    if (gone) return fail("activate");
    const [straggler] = fault === "flip late" ? late : [];
    if (straggler === undefined) return inner.activate(request, options);
    // It may come at any time: once right behind what was to put it back, and, later, once more.
    return inner.activate(request, options).andThen((outcome) =>
      straggler()
        .map(() => outcome)
        .orElse(() => okAsync(outcome)),
    );
  }

  return {
    target,
    get gone() {
      return gone;
    },
    arrive: async () => {
      for (const flip of late.splice(0)) void (await flip());
    },
  };
}
