/** How provisioning behaves. */
export interface ProvisioningPolicy {
  /** A claim ends this long after its last renewal (each third of it). Default 60,000. */
  readonly claimTtlMs: number;
  /** After an attempt that came to nothing: the pause before the next, doubled each time, less up to half of it by chance. Default 5,000. */
  readonly firstPauseMs: number;
  /** No pause is longer, unless the other side asks for it. Default 900,000. */
  readonly longestPauseMs: number;
  /** So many attempts without a step further, and it is `failed`. Default 12: some hours. */
  readonly maxAttempts: number;
  /** A look at the world is given up after this. Default 120,000. */
  readonly observeTimeoutMs: number;
  /** A step is given up after this, with an unknown outcome. Default 900,000. */
  readonly stepTimeoutMs: number;
  /** Steps in one run; what needs more goes on in the next. Default 100. */
  readonly mostSteps: number;
  /** Places worked at side by side in a sweep or a reconciliation. Default 8. */
  readonly placeConcurrency: number;
  /** Resources worked on side by side at a place that is not serial. Default 4. */
  readonly concurrencyPerPlace: number;
  /** With a runner: how often the store is asked for what nobody has taken up. Default 30,000. */
  readonly lookEveryMs: number;
}

/** The defaults. */
export const defaultProvisioningPolicy: ProvisioningPolicy = {
  claimTtlMs: 60_000,
  firstPauseMs: 5_000,
  longestPauseMs: 900_000,
  maxAttempts: 12,
  observeTimeoutMs: 120_000,
  stepTimeoutMs: 900_000,
  mostSteps: 100,
  placeConcurrency: 8,
  concurrencyPerPlace: 4,
  lookEveryMs: 30_000,
};
