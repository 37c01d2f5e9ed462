import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, BenchCase, Limit } from "./harness/bench.ts";
import { ifInstalled } from "./harness/installed.ts";
import { writeSite } from "./publish-local/site-content.ts";
import { type BenchNode, benchNodes } from "./publish-ssh/bench-node.ts";
import { type IntakenSite, intakenSite, type OurCase, ourPublish } from "./publish-ssh/our-site.ts";
import { rsyncPublish, type SiteFolders } from "./publish-ssh/rsync-publish.ts";
import { sftpClientPublish } from "./publish-ssh/sftp-client-publish.ts";
import { changedContent, siteContent, wireBytes } from "./publish-ssh/site-content.ts";

const rsync = "rsync --link-dest + mv -T";

/** Publishing a validated revision to a machine that runs sshd, records in memory; ours flushes to the disk, rsync does not. */
export const bench: Bench = {
  title: "hosting.publish over SSH, beside rsync --link-dest and mv -T and beside ssh2-sftp-client",
  async *cases() {
    const folder = mkdtempSync(join(tmpdir(), "hostelry-bench-publish-ssh-"));
    const nodes = await benchNodes();
    try {
      for (const files of [50, 2000, 10_000]) {
        const first = siteContent(files);
        const changed = changedContent(first);
        const folders = { first: join(folder, `${files}/first`), changed: join(folder, `${files}/changed`) };
        writeSite(folders.first, first);
        writeSite(folders.changed, changed, first);
        const site = await intakenSite(join(folder, `${files}/blobs`), first, changed);
        for (const [delay, node] of [
          ["0 ms", nodes.near],
          ["50 ms", nodes.far],
        ] as const) {
          yield* casesAt({ files, delay, node, site, folders, wireBytes: wireBytes(first, changed) });
        }
        rmSync(join(folder, String(files)), { recursive: true, force: true });
      }
    } finally {
      await nodes.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Place {
  readonly files: number;
  readonly delay: "0 ms" | "50 ms";
  readonly node: BenchNode;
  readonly site: IntakenSite;
  readonly folders: SiteFolders;
  /** What the changed files may cost on the wire. */
  readonly wireBytes: number;
}

function* casesAt(place: Place): Generator<BenchCase> {
  const { files, delay, node, site, folders } = place;
  const orders: readonly OurCase[] = [
    { change: "cold", connection: "fresh" },
    { change: "1 % changed", connection: "fresh" },
    { change: "1 % changed", connection: "open" },
  ];
  for (const order of orders) {
    const { change, connection } = order;
    const far = delay !== "0 ms";
    const withSftpClient = files === 2000 && far && change === "cold";
    yield {
      name: `${files} files, ${change}, ${delay}, ${connection} connection`,
      units: { wall: "ms", cpu: "ms", ...(far ? { "bytes sent": "B" } : {}) },
      ours: ourPublish(node, site, order),
      peers: [
        ifInstalled(["rsync", "ssh"], rsyncPublish(node, folders, change)),
        ...(withSftpClient ? [sftpClientPublish(node, folders.first)] : []),
      ],
      limits: limitsOf(place, order),
    };
  }
}

function limitsOf({ files, delay, wireBytes }: Place, { change, connection }: OurCase): readonly Limit[] {
  const against = (to: string, atMost: number): Limit => ({ metric: "wall", ratio: { atMost, to } });
  // A fresh connection costs about 9.5 kB more, whatever is sent: the handshake, and the script that the node runs.
  const wire: Limit = { metric: "bytes sent", ours: { atMost: connection === "open" ? wireBytes : wireBytes + 9500 } };
  const wires = delay === "0 ms" ? [] : [wire];
  if (change === "1 % changed") return [against(rsync, connection === "open" ? 0.15 : 0.4), ...wires];
  if (delay === "0 ms") return files === 10_000 ? [against(rsync, 0.8)] : [];
  if (files === 50) return [against(rsync, 0.6)];
  return files === 2000 ? [against(rsync, 0.6), against("ssh2-sftp-client uploadDir (one run)", 0.1)] : [];
}
