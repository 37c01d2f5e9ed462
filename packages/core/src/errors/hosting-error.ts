import { errorTable } from "./codes.ts";
import type { ErrorCode, ErrorDetails } from "./error-details.ts";

/** Where the page of a code is found, below the documentation root. */
const ERROR_PAGES = "docs/reference/errors";

/**
 * The mark by which an error is known. `instanceof` fails when two copies of core meet in one process; a registered
 * symbol does not. Set with `defineProperty`, so that it stays out of the declared shape and out of logs.
 */
const marker: symbol = Symbol.for("@hostelry/hosting-error");

/** An expected failure: the world said no. Made by {@link hostingError}, known by {@link isHostingError}. */
export interface HostingErrorOf<C extends ErrorCode> extends Error {
  readonly name: "HostingError";
  /** What happened, out of a closed set. */
  readonly code: C;
  /** The facts, JSON-safe and free of secrets. */
  readonly details: ErrorDetails[C];
  /** Whether the same call can succeed later without a change by the caller. */
  readonly retryable: boolean;
  /** What to do now, one sentence. */
  readonly nextStep: string;
  /** The page that explains this code, relative to the repository. */
  readonly help: string;
  /** `name`, `code`, `message`, `details`, `retryable`, `nextStep`; never `cause`, which may hold anything. */
  toJSON(): Record<string, unknown>;
}

/** The union over codes: `switch (error.code)` narrows `error.details`. */
export type HostingError<C extends ErrorCode = ErrorCode> = { [K in C]: HostingErrorOf<K> }[C];

/** Beyond the code's row in the table. */
export interface HostingErrorOptions {
  /** What was met underneath. Never printed by `toJSON`. */
  readonly cause?: unknown;
  /** Overrides the code's default. */
  readonly retryable?: boolean | undefined;
}

class HostingErrorClass extends Error {
  override readonly name = "HostingError" as const;
  readonly code: ErrorCode;
  readonly details: unknown;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: unknown, options: HostingErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = details;
    this.retryable = options.retryable ?? errorTable[code].retryable;
    Object.defineProperty(this, marker, { value: true });
  }

  get nextStep(): string {
    return errorTable[this.code].nextStep;
  }

  get help(): string {
    return `${ERROR_PAGES}/${this.code}.md`;
  }

  toJSON(): Record<string, unknown> {
    const { name, code, message, details, retryable, nextStep, help } = this;
    return { name, code, message, details, retryable, nextStep, help };
  }
}

/**
 * Makes an error of the closed table.
 *
 * @param message one sentence for a person, without secrets; the next step is added by the table.
 */
export function hostingError<C extends ErrorCode>(
  code: C,
  message: string,
  details: ErrorDetails[C],
  options: HostingErrorOptions = {},
): HostingErrorOf<C> {
  return new HostingErrorClass(code, message, details, options) as unknown as HostingErrorOf<C>;
}

/** Whether a value is one of our errors, also one made by another copy of core. */
export function isHostingError(value: unknown): value is HostingError {
  return typeof value === "object" && value !== null && marker in value;
}

/** Whether a value is one of our errors with one of the given codes. */
export function hasCode<C extends ErrorCode>(value: unknown, ...codes: readonly C[]): value is HostingError<C> {
  return isHostingError(value) && (codes as readonly string[]).includes(value.code);
}
