import { type OpenedPreview, type Revision, type Site, unwrap } from "@hostelry/core";
import { previewHost } from "@hostelry/serve";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import { parseDuration } from "../command-line/duration.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { precompressOf, precompressOption } from "../command-line/precompress.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { nodesOption } from "../nodes/nodes-option.ts";
import { reportRejection } from "../report/rejected.ts";
import { findSite } from "../state/find-site.ts";
import { checkContentArguments, contentOptions, takeRevision } from "../state/take-revision.ts";
import { withHosting } from "../state/with-hosting.ts";
import { formatDate } from "../terminal/format.ts";

const defaultOrigin = "http://localhost:7070";

/** Shows content to those who have the link. */
export const preview: Command = {
  name: "preview",
  summary: "show an archive or a revision to whoever holds the link",
  usage: ["ARCHIVE --site SITE [--ttl 24h]", "--revision rN --site SITE [--ttl 24h]"],
  options: {
    ...stateOptions,
    ...nodesOption,
    ...contentOptions,
    ...precompressOption,
    ttl: { type: "string", value: "TIME", help: "how long the link opens it, e.g. 30m, 24h, 7d (default 24h)" },
    origin: { type: "string", value: "URL", help: `where "hostelry serve" answers (default ${defaultOrigin})` },
  },
  details: ["The link is shown once; only its hash is kept. What is live does not change."],
  async run(context) {
    const { args, output } = context;
    const meant = requiredText(args, "site");
    const ttlMs = parseDuration(args.text("ttl") ?? "24h");
    const origin = originOf(context);
    precompressOf(args);
    await checkContentArguments(context);
    return withHosting(context, async (state) => {
      const { hosting, acting } = state;
      const site = await findSite(hosting, meant, context.signal);
      const { revision, report } = await takeRevision(context, state, site);
      const [archive] = args.positionals;
      if (archive !== undefined && report?.ok === false) {
        reportRejection(output, { site, revision, archive, report });
        return 1;
      }
      const opened = await unwrap(
        hosting.previews.open(revision.id, { ...acting, ttlMs, onProgress: output.progress }),
      );
      announce(context, site, revision, opened, origin);
      return 0;
    });
  },
};

function announce(
  { output }: CommandContext,
  site: Site,
  revision: Revision,
  opened: OpenedPreview,
  origin: URL,
): void {
  const { token } = opened;
  const { id, expiresAt } = opened.preview;
  const link = new URL(origin);
  link.hostname = previewHost(site.id, id, { root: origin.hostname });
  link.searchParams.set("preview_token", token);
  const { paint } = output;
  const head = `${paint.good("✓")} r${revision.number} of ${site.name} can be previewed until ${formatDate(expiresAt)}`;
  const object = {
    preview: { id, expiresAt },
    site: { id: site.id, name: site.name },
    revision: { id: revision.id, number: revision.number },
    url: link.href,
    token,
  };
  output.result(object, `${head}\n  ${link.href}\n  token ${token}`);
}

function originOf({ args, env }: CommandContext): URL {
  const text = args.text("origin") ?? (env["HOSTELRY_ORIGIN"] || defaultOrigin);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new UsageError(`"${text}" is not an address like ${defaultOrigin}.`);
}
