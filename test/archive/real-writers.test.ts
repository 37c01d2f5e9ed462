import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Inspection, inspectArchive, unwrap } from "@hostelry/core";
import { BlobReader, BlobWriter, ZipWriter } from "@zip.js/zip.js";
import AdmZip from "adm-zip";
import { TarArchive, ZipArchive } from "archiver";
import { zipSync } from "fflate";
import JSZip from "jszip";
import { create } from "tar";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ZipFile } from "yazl";

const site: Readonly<Record<string, Buffer>> = {
  "index.html": Buffer.from("<!doctype html><title>Site</title>".repeat(40)),
  "assets/app.js": Buffer.from("console.log('hello');\n".repeat(300)),
  "assets/deep/er/pixel.png": createHash("sha512").update("pixel").digest(),
  "empty.txt": Buffer.alloc(0),
  "grüße/日本.html": Buffer.from("<p>names</p>"),
};
const expected = Object.fromEntries(
  Object.entries(site).map(([path, data]) => [path.normalize("NFC"), createHash("sha256").update(data).digest("hex")]),
);

let base = "";
let folder = "";
let count = 0;
const out = (): string => {
  count += 1;
  return join(base, `archive-${count}`);
};
const installed = (command: string): boolean => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
const shell = (script: string, ...parameters: readonly string[]): void => {
  execFileSync("sh", ["-c", script, "sh", ...parameters], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
};
/** A program that writes an archive of the folder to its first parameter. */
const program = (script: string) => async (): Promise<Buffer> => {
  const file = out();
  shell(script, file);
  return readFileSync(file);
};

async function yazl(compress: boolean): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, data] of Object.entries(site)) zip.addBuffer(data, path, { compress });
  zip.end();
  return buffer(zip.outputStream);
}

async function yazlStream(): Promise<Buffer> {
  const { Readable } = await import("node:stream");
  const zip = new ZipFile();
  for (const [path, data] of Object.entries(site))
    zip.addReadStream(Readable.from([data], { objectMode: false }), path);
  zip.end({ forceZip64Format: true, comment: "" });
  return buffer(zip.outputStream);
}

async function jszip(streamFiles: boolean): Promise<Buffer> {
  const zip = new JSZip();
  for (const [path, data] of Object.entries(site)) zip.file(path, data);
  return zip.generateAsync({ type: "nodebuffer", streamFiles, compression: "DEFLATE" });
}

async function zipJs(options: ConstructorParameters<typeof ZipWriter>[1]): Promise<Buffer> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const [path, data] of Object.entries(site))
    await writer.add(path, new BlobReader(new Blob([new Uint8Array(data)])));
  return Buffer.from(await (await writer.close()).arrayBuffer());
}

async function archived(archive: ZipArchive | TarArchive): Promise<Buffer> {
  for (const [path, data] of Object.entries(site)) archive.append(data, { name: path });
  const [bytes] = await Promise.all([buffer(archive), archive.finalize()]);
  return bytes;
}

async function admZip(): Promise<Buffer> {
  const zip = new AdmZip();
  for (const [path, data] of Object.entries(site)) zip.addFile(path, data);
  return zip.toBuffer();
}

async function tarStream(): Promise<Buffer> {
  const packer = pack();
  for (const [path, data] of Object.entries(site)) packer.entry({ name: path }, data);
  packer.finalize();
  return buffer(packer);
}

const python = (code: string): string => `python3 -c '
import os, sys, zipfile, tarfile, io
files = [os.path.join(d, f) for d, _, fs in os.walk(".") for f in fs]
${code}' "$1"`;

type Writer = readonly [name: string, command: string | undefined, write: () => Promise<Buffer>];

const writers: readonly Writer[] = [
  ["Info-ZIP to a file", "zip", program('zip -qr "$1.zip" . && mv "$1.zip" "$1"')],
  ["Info-ZIP to a pipe", "zip", program('zip -qr - . | cat > "$1"')],
  ["Info-ZIP stored", "zip", program('zip -q0r "$1.zip" . && mv "$1.zip" "$1"')],
  ["Info-ZIP without directories", "zip", program('zip -qrD "$1.zip" . && mv "$1.zip" "$1"')],
  ["Info-ZIP with forced ZIP64", "zip", program('zip -qfzr "$1.zip" . && mv "$1.zip" "$1"')],
  ["7-Zip", "7z", program('7z a -tzip -bso0 -bsp0 "$1.zip" . && mv "$1.zip" "$1"')],
  ["7-Zip stored", "7z", program('7z a -tzip -mx0 -bso0 -bsp0 "$1.zip" . && mv "$1.zip" "$1"')],
  ["bsdtar zip to a file", "bsdtar", program('bsdtar --format zip -cf "$1" .')],
  ["bsdtar zip to a pipe", "bsdtar", program('bsdtar --format zip -cf - . | cat > "$1"')],
  ["bsdtar zip stored", "bsdtar", program('bsdtar --format zip --options zip:compression=store -cf "$1" .')],
  [
    "Python zipfile",
    "python3",
    program(python('with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:\n  for f in files: z.write(f)')),
  ],
  [
    "Python zipfile, not seekable",
    "python3",
    program(
      python(
        'class W(io.RawIOBase):\n  def writable(self): return True\n  def write(self, b): return o.write(b)\no = open(sys.argv[1], "wb")\nwith zipfile.ZipFile(W(), "w", zipfile.ZIP_DEFLATED) as z:\n  for f in files: z.write(f)\no.close()',
      ),
    ),
  ],
  [
    "Python zipfile with forced ZIP64",
    "python3",
    program(
      python(
        'with zipfile.ZipFile(sys.argv[1], "w") as z:\n  for f in files:\n    with z.open(f, "w", force_zip64=True) as e: e.write(open(f, "rb").read())',
      ),
    ),
  ],
  ["yazl", undefined, () => yazl(true)],
  ["yazl stored", undefined, () => yazl(false)],
  ["yazl streams, ZIP64", undefined, yazlStream],
  ["jszip", undefined, () => jszip(false)],
  ["jszip streaming", undefined, () => jszip(true)],
  [
    "fflate",
    undefined,
    async () =>
      Buffer.from(
        zipSync(Object.fromEntries(Object.entries(site).map(([path, data]) => [path, new Uint8Array(data)]))),
      ),
  ],
  ["archiver", undefined, () => archived(new ZipArchive())],
  ["archiver stored", undefined, () => archived(new ZipArchive({ store: true }))],
  ["zip.js", undefined, () => zipJs({})],
  ["zip.js with descriptors off", undefined, () => zipJs({ dataDescriptor: false })],
  ["zip.js ZIP64", undefined, () => zipJs({ zip64: true })],
  ["adm-zip", undefined, admZip],
  ["GNU tar", "tar", program('tar -cf "$1" .')],
  ["GNU tar pax", "tar", program('tar --format=pax -cf "$1" .')],
  ["GNU tar ustar", "tar", program('tar --format=ustar -cf "$1" .')],
  ["GNU tar gzip", "tar", program('tar -czf "$1" .')],
  ["bsdtar", "bsdtar", program('bsdtar -cf "$1" .')],
  ["bsdtar gzip to a pipe", "bsdtar", program('bsdtar -czf - . | cat > "$1"')],
  [
    "Python tarfile",
    "python3",
    program(python('with tarfile.open(sys.argv[1], "w:gz") as t:\n  for f in files: t.add(f)')),
  ],
  [
    "node-tar",
    undefined,
    async () => buffer(create({ cwd: folder, gzip: true }, ["."]) as unknown as AsyncIterable<Buffer>),
  ],
  ["tar-stream", undefined, tarStream],
  ["archiver tar", undefined, () => archived(new TarArchive({ gzip: true }))],
];

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "hostelry-writers-"));
  folder = join(base, "site");
  for (const [path, data] of Object.entries(site)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), data);
  }
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const usable = (command: string | undefined): boolean => {
  if (command === undefined || installed(command)) return true;
  if (process.env["CI"] === "true") throw new Error(`${command} is not installed`);
  return false;
};

function treeOf({ manifest }: Inspection): Record<string, string> {
  return Object.fromEntries(manifest?.files.map((file) => [file.path, file.sha256]) ?? []);
}

describe("archives of real writers are accepted with exactly their tree", () => {
  for (const [name, command, write] of writers) {
    it.skipIf(!usable(command))(name, async () => {
      const inspection = await unwrap(inspectArchive(await write()));
      expect(inspection.report.findings.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(treeOf(inspection)).toEqual(expected);
    });
  }

  it("the folder itself", async () => {
    const inspection = await unwrap(inspectArchive(folder));
    expect(inspection.report.format).toBe("directory");
    expect(treeOf(inspection)).toEqual(expected);
    expect(inspection.report.sha256).toBe(inspection.manifest?.digest);
  });
});
