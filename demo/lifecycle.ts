import { type Hosting, type Revision, type Site, unwrap } from "@hostelry/core";
import { previewHost, siteHost } from "@hostelry/serve";
import type { PackedSite } from "./pack-site.ts";
import type { DemoServer } from "./server.ts";
import { said, same, sees, type Telling } from "./telling.ts";
import { type Sight, visit } from "./visit.ts";

const root = "localhost";
const dayMs = 24 * 60 * 60 * 1000;

/** The titles of the two versions' first pages. */
export const titles = ["The Lantern", "The Lantern in winter"] as const;

/** What the story goes on with. */
export interface Lifecycle {
  readonly site: Site;
  /** Both versions, validated. */
  readonly revisions: readonly [Revision, Revision];
}

/** From an empty directory to the first rollback, with a visitor looking on. */
export async function tellLifecycle(
  { step, chapter }: Telling,
  hosting: Hosting,
  server: DemoServer,
  [first, second]: readonly [PackedSite, PackedSite],
): Promise<Lifecycle> {
  const look = (path = "/", headers = {}): Promise<Sight> => visit(server.port, host, path, headers);

  chapter("A first version");
  const site = await unwrap(hosting.sites.create({ name: "The Lantern" }));
  const host = siteHost(site.id, { root });
  await step(`created ${site.id}`, async () => sees(await look(), 404, "No site lives here"));

  const one = await unwrap(hosting.revisions.upload(site.id, first.archive));
  await step(`uploaded r${one.number}, ${one.archive.size} bytes`, async () =>
    sees(await look(), 404, "No site lives here"),
  );
  await step("validated: every file checked and kept", async () => {
    const report = await unwrap(hosting.revisions.validate(one.id));
    same("the report", [report.ok, report.stats.files, report.stats.root], [true, first.files.size, "the-lantern"]);
    return `${report.stats.files} files, “${report.stats.root}/” taken off`;
  });
  await step("a text file named .zip is rejected", async () => {
    const bad = await unwrap(hosting.revisions.upload(site.id, Buffer.from("not an archive at all\n")));
    const report = await unwrap(hosting.revisions.validate(bad.id));
    same("its verdict", [report.ok, report.findings[0]?.code], [false, "NOT_ZIP"]);
    const refused = await hosting.publish(bad.id);
    same("publishing it", refused.isErr() && refused.error.code, "REVISION_NOT_VALIDATED");
    return "NOT_ZIP, and it can’t be published";
  });

  chapter("A preview, for those who have the link");
  const { preview, token } = await unwrap(hosting.previews.open(one.id));
  const hidden = previewHost(site.id, preview.id, { root });
  const peek = (path: string, cookie = ""): Promise<Sight> => visit(server.port, hidden, path, { cookie });
  await step("opened; the live site stays empty", async () => sees(await look(), 503, "Nothing published yet"));
  await step("without the token", async () => sees(await peek("/"), 401, "This preview is private"));
  const wrong = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
  await step("with a wrong token", async () =>
    sees(await peek(`/?preview_token=${wrong}`), 403, "This link does not open the preview"),
  );
  let cookie = "";
  await step("with the right token", async () => {
    const entered = await peek(`/?preview_token=${token}`);
    same("the answer to the link", [entered.status, entered.headers.location], [303, "/"]);
    cookie = entered.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    return sees(await peek("/", cookie), 200, titles[0]);
  });
  await step("a day later, the same token", async () => {
    server.forward(dayMs);
    const late = sees(await peek("/", cookie), 410, "This preview has ended");
    server.forward(-dayMs);
    return late;
  });
  await step("revoked", async () => {
    await unwrap(hosting.previews.revoke(preview.id));
    return sees(await peek("/", cookie), 404, "There is no preview here");
  });

  chapter("Live");
  await step("published r1", async () => {
    const { outcome, deliveries } = await unwrap(hosting.publish(one.id));
    same("the outcome", [outcome, deliveries.length], ["published", 1]);
    return sees(await look(), 200, titles[0]);
  });
  await step("published r1 again: unchanged", async () => {
    same("the outcome", (await unwrap(hosting.publish(one.id))).outcome, "unchanged");
    return sees(await look(), 200, titles[0]);
  });
  const before = await look("/lantern.svg");
  const two = await unwrap(hosting.revisions.upload(site.id, second.archive));
  await unwrap(hosting.revisions.validate(two.id));
  await step(`published r${two.number}, the second version`, async () => {
    const { outcome, deliveries } = await unwrap(hosting.publish(two.id, { expectCurrent: one.id }));
    same("the outcome", [outcome, (deliveries[0]?.reusedFiles ?? 0) > 0], ["published", true]);
    return sees(await look(), 200, titles[1]);
  });
  await step("a browser that has the old picture asks again", async () => {
    const again = await look("/lantern.svg", { "if-none-match": before.headers.etag });
    same("the answer", again.status, 304);
    return `${said(again)}, the same bytes keep their tag`;
  });
  await step("expecting r1 to be live is a conflict", async () => {
    const refused = await hosting.publish(one.id, { expectCurrent: one.id });
    same("the answer", refused.isErr() && refused.error.code, "PUBLISH_CONFLICT");
    return sees(await look(), 200, titles[1]);
  });
  await step("rolled back", async () => {
    same("the revision", (await unwrap(hosting.rollback(site.id))).publication.revisionId, one.id);
    return sees(await look(), 200, titles[0]);
  });
  await step("a page that is not there", async () => sees(await look("/cellar.html"), 404, "Lost · The Lantern"));

  chapter("Out of service, and back");
  await step("in maintenance", async () => {
    await unwrap(hosting.sites.setState(site.id, "maintenance"));
    const sight = await look();
    same("the hint when to come again", sight.headers["retry-after"], "600");
    return sees(sight, 503, "Back in a moment");
  });
  await step("back", async () => {
    await unwrap(hosting.sites.setState(site.id, "live"));
    return sees(await look(), 200, titles[0]);
  });
  await step("record, journal and disk agree", async () => {
    const status = await unwrap(hosting.sites.status(site.id));
    same("the status", [status.inSync, status.unfinished.length], [true, 0]);
    return "in sync, nothing unfinished";
  });
  return { site, revisions: [one, two] };
}
