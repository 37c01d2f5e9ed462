import type { FleetPolicy } from "@hostelry/core";
import type { CommandOptions, ParsedArguments } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** The option by which commands that publish take a policy. */
export const policyOption: CommandOptions = {
  policy: {
    type: "string",
    value: "POLICY",
    help: "how many targets have to show it: all-or-nothing (default), majority, a number, or best-effort",
  },
};

/** The policy that was typed; `undefined`: none. */
export function policyOf(args: ParsedArguments): FleetPolicy | undefined {
  const typed = args.text("policy");
  if (typed === undefined || typed === "all-or-nothing" || typed === "best-effort") return typed;
  if (typed === "majority") return { quorum: "majority" };
  if (/^[1-9][0-9]{0,8}$/.test(typed)) return { quorum: Number(typed) };
  throw new UsageError(`--policy is all-or-nothing, majority, a number from 1, or best-effort; not "${typed}".`);
}
