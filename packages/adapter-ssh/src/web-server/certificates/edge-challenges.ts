import {
  allSettled,
  type CallOptions,
  type ChallengeSolver,
  type ChallengeSolverError,
  err,
  flow,
  type HostingErrorOf,
  type HostProbe,
  hostingError,
  httpChallengeSolver,
  ok,
  type Random,
  type ResultAsync,
  type Transport,
} from "@hostelry/core/adapter";

/** A node that answers challenges. */
export interface ChallengeNode {
  /** With `capabilities.files`; a shell is not needed. */
  readonly transport: Transport;
  /** The edge root that its web server's configuration was made for (`edgeConfig`). */
  readonly root: string;
}

/** Options of {@link edgeChallenges}. */
export interface EdgeChallengesOptions {
  /** Unique among the solvers of a host; kept in the records. Default `edge`. */
  readonly name?: string | undefined;
  /**
   * Asks the name itself before an order is placed, whether an answer is found: so a name that leads elsewhere costs nothing. Left out: it is not
   * looked at.
   */
  readonly probe?: HostProbe | undefined;
  /** Default: the operating system's generator. */
  readonly random?: Random | undefined;
}

const atOnce = 8;

/**
 * Answers `http-01` on edge nodes: each answer is a file below `acme/` of the root, which the web server's configuration (`edgeConfig`) gives out for
 * every name, before redirects, maintenance and suspension. Nothing is reloaded.
 *
 * Every node has to take it, for an authority asks from several places, and each may come to another node. While a node can't be reached, orders wait for
 * it, and say so.
 */
export function edgeChallenges(nodes: readonly ChallengeNode[], options: EdgeChallengesOptions = {}): ChallengeSolver {
  const { name = "edge", probe, random } = options;
  if (nodes.length === 0) throw new TypeError("nodes: give at least one");
  const folders = nodes.map(({ transport, root }) => {
    if (!root.startsWith("/")) throw new TypeError(`root must be an absolute path, not ${JSON.stringify(root)}`);
    return { files: transport.files, folder: `${root.replace(/\/+$/, "")}/acme` };
  });

  /** The same on all nodes; what failed on one is told, when all are done. */
  const everywhere = (
    token: string,
    { signal }: CallOptions,
    work: (node: (typeof folders)[number], signal: AbortSignal) => ResultAsync<unknown, ChallengeSolverError>,
  ): ResultAsync<void, ChallengeSolverError> =>
    flow(async function* () {
      if (!/^[A-Za-z0-9_-]{1,200}$/.test(token)) return err(invalidToken());
      const jobs = folders.map((node) => (jobSignal: AbortSignal) => work(node, jobSignal));
      const { byJob } = await allSettled(jobs, { concurrency: atOnce, signal });
      for (const result of byJob) if (result !== undefined) yield* result;
      return ok(undefined);
    });

  return httpChallengeSolver({
    name,
    probe,
    random,
    place: {
      // Written in place: nobody asks for it before it is there, and it is always the same bytes.
      put: ({ token, content }, call = {}) =>
        everywhere(token, call, ({ files, folder }, signal) =>
          files
            .makeDirectory(folder, { signal })
            .andThen(() => files.write(`${folder}/${token}`, new TextEncoder().encode(content), { signal })),
        ),
      remove: ({ token }, call = {}) =>
        everywhere(token, call, ({ files, folder }, signal) => files.removeFile(`${folder}/${token}`, { signal })),
    },
  });
}

function invalidToken(): HostingErrorOf<"INVALID_INPUT"> {
  const problem = "is not 1 to 200 letters, digits, - and _";
  return hostingError("INVALID_INPUT", `The token of a challenge ${problem}.`, { field: "key", problem });
}
