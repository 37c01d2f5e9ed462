import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type CampaignSummary, campaign } from "./campaign.ts";

const { values } = parseArgs({
  options: {
    mutants: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    kind: { type: "string", default: "both" },
    "commands-every": { type: "string", default: "10" },
  },
});

const kept = fileURLToPath(new URL("./seeds/", import.meta.url));
const kinds = (["zip", "tar"] as const).filter((kind) => values.kind === "both" || values.kind === kind);

async function keep(summary: CampaignSummary): Promise<void> {
  await mkdir(kept, { recursive: true });
  for (const { bytes } of summary.failures) {
    const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
    await writeFile(join(kept, `${summary.kind}-${digest}.bin`), bytes);
  }
}

// Some readers throw outside of their promises; that is their refusal, not our failure.
process.on("uncaughtException", () => undefined);
process.on("unhandledRejection", () => undefined);

const summaries: CampaignSummary[] = [];
for (const kind of kinds) {
  const mutants = Math.floor(Number(values.mutants) / kinds.length);
  const summary = await campaign({
    kind,
    seed: Number(values.seed),
    mutants,
    commandsEvery: kind === "tar" ? 1 : Number(values["commands-every"]),
  });
  await keep(summary);
  summaries.push(summary);
}
const report = summaries.map((summary) => ({
  ...summary,
  failures: summary.failures.map(({ mutant, problem }) => ({ mutant, problem })),
}));
process.stdout.write(`${JSON.stringify({ mutants: Number(values.mutants), campaigns: report })}\n`);
process.exit(summaries.some((summary) => summary.failures.length > 0) ? 1 : 0);
