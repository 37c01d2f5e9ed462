// Publishing over SSH: two machines flip together or not at all; one that was down follows; one that was defaced is repaired.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { directoryBlobStore } from "@hostelry/adapter-local";
import { sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { createHosting, type Revision, unwrap } from "@hostelry/core";
import { memoryStore } from "@hostelry/testing";
import { missingPrograms, startNode } from "./node.ts";

const missing = missingPrograms();
if (missing === undefined) await show();
else console.log(missing);

async function show(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "hostelry-ssh-"));
  const nodes = [await startNode(directory, "north"), await startNode(directory, "south")];

  // One connection per machine, made when it is first needed. A host key that is not the expected one ends everything.
  const transports = nodes.map(({ name, place }) => sshTransport({ ...place, name }));
  const targets = transports.map((transport, index) => sshEdge(transport, nodes[index]?.root ?? ""));
  const blobs = directoryBlobStore(join(directory, "blobs"));
  const hosting = createHosting({ store: memoryStore(), blobs, targets });

  const site = await unwrap(hosting.sites.create({ name: "The Lantern" }));
  const upload = async (archive: string): Promise<Revision> => {
    const revision = await unwrap(hosting.revisions.upload(site.id, archive));
    await unwrap(hosting.revisions.validate(revision.id));
    return revision;
  };
  const tell = async (): Promise<void> => {
    for (const { name, root } of nodes) {
      const page = await readFile(join(root, "sites", site.id, "current", "index.html"), "utf8");
      console.log(`  ${name}: ${/<title>(.*)<\/title>/.exec(page)?.[1]}`);
    }
  };

  const day = await upload(fileURLToPath(new URL("../01-publish-a-site/site.zip", import.meta.url)));
  const first = await unwrap(hosting.publish(day.id));
  console.log(`published on ${first.deliveries.map(({ target }) => target).join(" and ")}:`);
  await tell();

  await mkdir(join(directory, "night"));
  await writeFile(join(directory, "night", "index.html"), "<title>The Lantern, at night</title>");
  const archive = join(directory, "night.tar.gz");
  await promisify(execFile)("tar", ["-czf", archive, "-C", join(directory, "night"), "."]);
  const night = await upload(archive);

  const south = nodes[1];
  await south?.stop();
  const refused = await hosting.publish(night.id);
  console.log(`south is down: ${refused.isErr() ? refused.error.code : "published"}; nobody has flipped:`);
  await tell();

  const { behind } = await unwrap(hosting.publish(night.id, { policy: "best-effort" }));
  console.log(`published by "best-effort", ${behind.join()} is behind:`);
  await tell();
  await south?.start();
  const { targets: reconciled } = await unwrap(hosting.reconcile(site.id));
  console.log(`south is back: ${reconciled.find(({ target }) => target === "south")?.outcome}`);

  await writeFile(join(south?.root ?? "", "sites", site.id, "current", "index.html"), "<title>Hacked</title>");
  const verdict = await unwrap(hosting.verify(site.id));
  const found = verdict.targets.flatMap(({ target, slots }) => slots.map((slot) => ({ target, ...slot })));
  const problems = found.flatMap(({ target, problems }) =>
    problems.map((one) => `${target}: ${one.path} ${one.problem}`),
  );
  console.log(`verified: ${problems.join(", ")}`);
  console.log(`repaired: ${(await unwrap(hosting.repair(site.id))).intact}`);
  await tell();

  for (const target of targets) await target.close();
  for (const transport of transports) await transport.close();
  for (const node of nodes) await node.stop();
  await rm(directory, { recursive: true });
}
