// Publishes one revision to one node, and tells what that took. Its parameter says what and where. The records are read
// from a file and written back, so that the next process goes on where this one has ended.
import { readFileSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { directoryBlobStore } from "@hostelry/adapter-local";
import { sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { createHosting, type RevisionId, unwrap } from "@hostelry/core";
import { type MemoryRecords, memoryStore } from "@hostelry/testing";
import { measureHere, tellFigures } from "../harness/own-figures.ts";

/** What to publish, and where. */
export interface PublishOrder {
  readonly place: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly hostKey: string;
    readonly clientKeyFile: string;
    readonly root: string;
  };
  readonly recordsFile: string;
  readonly blobFolder: string;
  readonly revision: RevisionId;
}

const { place, recordsFile, blobFolder, revision } = JSON.parse(process.argv[2] ?? "{}") as PublishOrder;
const { host, port, user, hostKey, clientKeyFile, root } = place;
const records = deserialize(readFileSync(recordsFile)) as MemoryRecords;
const auth = { kind: "key", privateKey: readFileSync(clientKeyFile, "utf8") } as const;
const transport = sshTransport({ host, port, user, hostKey, auth });
const edge = sshEdge(transport, root);
const hosting = createHosting({
  store: memoryStore({ records }),
  blobs: directoryBlobStore(blobFolder, { durability: "none" }),
  targets: [edge],
});
const figures = await measureHere(async () => {
  const { outcome } = await unwrap(hosting.publish(revision));
  if (outcome !== "published") throw new Error("Nothing was published.");
});
await edge.close();
await transport.close();
writeFileSync(recordsFile, serialize(records));
tellFigures(figures);
