import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import AdmZip from "adm-zip";
import { unzipSync } from "fflate";
import JSZip from "jszip";
import unzipper from "unzipper";
import { fromBufferPromise } from "yauzl";
import { type ForeignReader, type Reading, readingOf } from "./reading.ts";

/** Gives its files as the fields of an object, and a field of this name is not one: whoever uses it does not see the file. */
async function readFflate(bytes: Buffer): Promise<Reading> {
  const filter = ({ name }: { readonly name: string }): boolean => {
    if (name === "__proto__") throw new Error("fflate can't give a file of this name");
    return true;
  };
  return readingOf(Object.entries(unzipSync(bytes, { filter })));
}

async function readYauzl(bytes: Buffer): Promise<Reading> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  const files: [string, Uint8Array][] = [];
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    files.push([entry.fileName, await buffer(await zip.openReadStreamPromise(entry))]);
  }
  return readingOf(files);
}

async function readZipJs(bytes: Buffer): Promise<Reading> {
  const reader = new ZipReader(new Uint8ArrayReader(new Uint8Array(bytes)), {
    useWebWorkers: false,
    checkSignature: true,
  });
  try {
    const files: [string, Uint8Array][] = [];
    for (const entry of await reader.getEntries()) {
      if (!entry.directory) files.push([entry.filename, await entry.getData(new Uint8ArrayWriter())]);
      else if (!entry.filename.endsWith("/")) files.push([`${entry.filename} (directory)`, new Uint8Array(0)]);
    }
    return readingOf(files);
  } finally {
    await reader.close();
  }
}

async function readJsZip(bytes: Buffer): Promise<Reading> {
  const zip = await JSZip.loadAsync(bytes, { checkCRC32: true });
  const files: [string, Uint8Array][] = [];
  for (const file of Object.values(zip.files)) if (!file.dir) files.push([file.name, await file.async("uint8array")]);
  return readingOf(files);
}

async function readUnzipper(bytes: Buffer): Promise<Reading> {
  const directory = await unzipper.Open.buffer(bytes);
  const files: [string, Uint8Array][] = [];
  for (const file of directory.files) if (file.type === "File") files.push([file.path, await file.buffer()]);
  return readingOf(files);
}

/** Walks the stream and never looks at the directory. */
async function readUnzipperStream(bytes: Buffer): Promise<Reading> {
  const files: [string, Uint8Array][] = [];
  const entries = Readable.from([bytes], { objectMode: false }).pipe(unzipper.Parse({ forceStream: true }));
  for await (const entry of entries) {
    const data: Buffer = await (entry as unzipper.Entry).buffer();
    if ((entry as unzipper.Entry).type === "File") files.push([(entry as unzipper.Entry).path, data]);
  }
  return readingOf(files);
}

/** Parsers of ZIP from the registry. */
export const zipReaders: readonly ForeignReader[] = [
  { name: "yauzl", read: readYauzl },
  { name: "zip.js", read: readZipJs },
  { name: "jszip", read: readJsZip },
  { name: "fflate", read: readFflate },
  {
    name: "adm-zip",
    read: async (bytes) =>
      readingOf(
        new AdmZip(bytes)
          .getEntries()
          .map((entry) => [entry.entryName, entry.isDirectory ? Buffer.alloc(0) : entry.getData()]),
      ),
  },
  { name: "unzipper", read: readUnzipper },
  { name: "unzipper stream", read: readUnzipperStream },
];
