import type { ContentCoding } from "@hostelry/core";
import type { CommandOptions, ParsedArguments } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** The option by which commands that lay content out compress it. */
export const precompressOption: CommandOptions = {
  precompress: {
    type: "string",
    value: "CODINGS",
    help: "lay compressed text beside the files: br, gzip, or br,gzip (default none; br takes a second per megabyte)",
  },
};

const known: readonly ContentCoding[] = ["br", "gzip"];

/** The codings that were typed, each once. */
export function precompressOf(args: ParsedArguments): readonly ContentCoding[] {
  const typed = args.text("precompress")?.split(",") ?? [];
  const codings = known.filter((coding) => typed.includes(coding));
  const other = typed.find((coding) => !known.some((one) => one === coding));
  if (other === undefined) return codings;
  throw new UsageError(`--precompress is br, gzip, or both with a comma between; not "${other}".`);
}
