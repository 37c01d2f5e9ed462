import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { extract } from "tar-stream";
import { type ForeignReader, type Reading, readingOf } from "./reading.ts";

async function readNodeTar(bytes: Buffer): Promise<Reading> {
  const files: [string, Uint8Array][] = [];
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({
      strict: true,
      onReadEntry: (entry: ReadEntry) => {
        const chunks: Buffer[] = [];
        entry.on("data", (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
        entry.on("end", () => {
          if (entry.type === "File" || entry.type === "OldFile") files.push([entry.path, Buffer.concat(chunks)]);
        });
      },
    });
    parser.on("end", () => resolve());
    parser.on("error", reject);
    parser.end(bytes);
  });
  return readingOf(files);
}

async function readTarStream(bytes: Buffer): Promise<Reading> {
  const plain = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  const files: [string, Uint8Array][] = [];
  const entries = Readable.from([plain], { objectMode: false }).pipe(extract());
  for await (const entry of entries) {
    const data = await buffer(entry);
    if (entry.header.type === "file") files.push([entry.header.name, data]);
  }
  return readingOf(files);
}

/** Parsers of tar from the registry. */
export const tarReaders: readonly ForeignReader[] = [
  { name: "node-tar", read: readNodeTar },
  { name: "tar-stream", read: readTarStream },
];
