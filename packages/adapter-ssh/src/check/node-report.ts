/** What a node is looked at for, in the order in which it is told. */
export type NodeCheck =
  | "reach"
  | "capabilities"
  | "programs"
  | "root"
  | "links"
  | "space"
  | "clock"
  | "sessions"
  | "web-server";

/** What was found of one thing. */
export interface NodeFinding {
  readonly check: NodeCheck;
  /** `failed`: publishing to the node can't work. `warning`: it works, and is worth a look. `skipped`: not looked at. */
  readonly status: "ok" | "warning" | "failed" | "skipped";
  /** For a person, one sentence or less. No secret in it. */
  readonly message: string;
  /** What to do; with a warning or a failure. */
  readonly nextStep?: string | undefined;
  /** For a program: numbers in the units that their names say. */
  readonly facts: Readonly<Record<string, NodeFact>>;
}

/** A fact as JSON has it. */
export type NodeFact = string | number | boolean | null | readonly string[];

/** What was found of a node. */
export interface NodeReport {
  /** The transport's name. */
  readonly transport: string;
  readonly findings: readonly NodeFinding[];
  /** Nothing failed: the node can be published to. */
  readonly usable: boolean;
}
