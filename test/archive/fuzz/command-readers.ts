import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { type ForeignReader, type Reading, readingOf } from "./reading.ts";

const timeoutMs = 20_000;

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, timeout: timeoutMs, maxBuffer: 1 << 24 }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

async function tree(directory: string): Promise<Reading> {
  const files: [string, Uint8Array][] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.push([relative(directory, path), await readFile(path)]);
  }
  return readingOf(files);
}

/** A program that extracts into an empty directory, whose files are then compared. */
function extractor(name: string, command: string, args: (archive: string) => readonly string[]): ForeignReader {
  return {
    name,
    read: async (bytes) => {
      const base = await mkdtemp(join(tmpdir(), "hostelry-oracle-"));
      try {
        const out = await mkdtemp(join(base, "out-"));
        const archive = join(base, "archive");
        await writeFile(archive, bytes);
        await run(command, args(archive), out);
        return await tree(out);
      } finally {
        await rm(base, { recursive: true, force: true });
      }
    },
  };
}

/** For a reader that wants the tar archive out of its gzip. */
function unpackedFirst({ name, read }: ForeignReader): ForeignReader {
  return { name, read: async (bytes) => read(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes) };
}

const installed = (command: string): boolean => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;

const all: readonly { readonly command: string; readonly zip: boolean; readonly reader: ForeignReader }[] = [
  { command: "unzip", zip: true, reader: extractor("unzip", "unzip", (archive) => ["-qq", "-o", archive]) },
  { command: "7z", zip: true, reader: extractor("7-Zip", "7z", (archive) => ["x", "-y", "-tzip", archive]) },
  { command: "bsdtar", zip: true, reader: extractor("bsdtar", "bsdtar", (archive) => ["-xf", archive]) },
  {
    command: "bsdtar",
    zip: true,
    reader: extractor("bsdtar stream", "sh", (archive) => ["-c", 'cat "$0" | bsdtar -xf -', archive]),
  },
  { command: "tar", zip: false, reader: extractor("GNU tar", "tar", (archive) => ["-xf", archive, "--no-same-owner"]) },
  { command: "bsdtar", zip: false, reader: extractor("bsdtar", "bsdtar", (archive) => ["-xf", archive]) },
  { command: "busybox", zip: false, reader: extractor("busybox tar", "busybox", (archive) => ["tar", "-xf", archive]) },
  {
    command: "7z",
    zip: false,
    reader: unpackedFirst(extractor("7-Zip", "7z", (archive) => ["x", "-y", "-ttar", archive])),
  },
];

/** The extractors of this machine for one kind of archive. */
export function commandReaders(kind: "zip" | "tar"): readonly ForeignReader[] {
  return all.filter(({ zip, command }) => zip === (kind === "zip") && installed(command)).map(({ reader }) => reader);
}
