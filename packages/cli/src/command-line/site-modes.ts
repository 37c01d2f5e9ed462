import type { HtmlHandling, NotFoundHandling } from "@hostelry/serve";
import type { CommandOptions, ParsedArguments } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** The options by which a command that serves chooses how addresses are answered. */
export const siteModeOptions: CommandOptions = {
  "html-handling": {
    type: "string",
    value: "MODE",
    help: "addresses of HTML files: auto (default), drop or force a slash at their end, or none: files at their own names",
  },
  "not-found": {
    type: "string",
    value: "MODE",
    help: "where nothing is: 404-page (default: the nearest 404.html), single-page-application, or none",
  },
};

const htmlModes: readonly HtmlHandling[] = ["auto", "drop", "force", "none"];
const notFoundModes: readonly NotFoundHandling[] = ["404-page", "single-page-application", "none"];

/** The modes that were typed; `undefined` is the handler's default. */
export function siteModesOf(args: ParsedArguments): {
  readonly htmlHandling: HtmlHandling | undefined;
  readonly notFoundHandling: NotFoundHandling | undefined;
} {
  return {
    htmlHandling: modeOf(args, "html-handling", htmlModes),
    notFoundHandling: modeOf(args, "not-found", notFoundModes),
  };
}

function modeOf<M extends string>(args: ParsedArguments, option: string, modes: readonly M[]): M | undefined {
  const typed = args.text(option);
  const mode = modes.find((each) => each === typed);
  if (typed === undefined || mode !== undefined) return mode;
  throw new UsageError(`--${option} is ${modes.slice(0, -1).join(", ")} or ${modes.at(-1)}; not "${typed}".`);
}
