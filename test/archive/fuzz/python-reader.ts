import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { type ForeignReader, type Reading, readingOfHashes } from "./reading.ts";

const program = `
import sys, io, json, struct, zipfile, tarfile, hashlib, warnings
warnings.simplefilter("ignore")
def read_zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return [[i.filename, hashlib.sha256(z.read(i)).hexdigest()] for i in z.infolist() if not i.is_dir()]
def read_tar(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as t:
        return [[m.name, hashlib.sha256(t.extractfile(m).read()).hexdigest()] for m in t if m.isfile()]
while True:
    head = sys.stdin.buffer.read(5)
    if len(head) < 5: break
    kind, length = struct.unpack("<cI", head)
    data = sys.stdin.buffer.read(length)
    try:
        print(json.dumps({"files": (read_zip if kind == b"z" else read_tar)(data)}), flush=True)
    except BaseException as e:
        print(json.dumps({"refused": repr(e)}), flush=True)
`;

/** Python's own modules, in one process for all archives. */
export interface PythonReader extends ForeignReader {
  close(): void;
}

/** Whether there is a Python to ask. */
export function hasPython(): boolean {
  return spawnSync("python3", ["-c", ""]).status === 0;
}

/** Reads with `zipfile` or `tarfile`. */
export function pythonReader(kind: "zip" | "tar"): PythonReader {
  const child: ChildProcessWithoutNullStreams = spawn("python3", ["-c", program]);
  const lines: Interface = createInterface(child.stdout);
  const answers = lines[Symbol.asyncIterator]();
  child.stderr.resume();
  return {
    name: kind === "zip" ? "python zipfile" : "python tarfile",
    read: async (bytes): Promise<Reading> => {
      const head = Buffer.alloc(5);
      head.write(kind === "zip" ? "z" : "t", 0);
      head.writeUInt32LE(bytes.length, 1);
      child.stdin.write(Buffer.concat([head, bytes]));
      const line = await answers.next();
      if (line.done === true) throw new Error("python ended");
      const answer = JSON.parse(line.value) as { files?: [string, string][]; refused?: string };
      if (answer.files === undefined) throw new Error(answer.refused);
      return readingOfHashes(answer.files);
    },
    close: () => {
      lines.close();
      child.kill();
    },
  };
}
