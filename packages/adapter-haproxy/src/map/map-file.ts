import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Transport } from "@hostelry/core/adapter";
import { unwrap } from "@hostelry/core/adapter";

/** The file that HAProxy reads its map from when it starts. */
export interface MapFile {
  /** Its text; empty when there is none. */
  read(signal: AbortSignal | undefined): Promise<string>;
  /** Puts another text in its place: whoever reads it meanwhile sees the one or the other. On the disk when it resolves. */
  replace(text: string): Promise<void>;
}

const newFileMode = 0o644;

/** A file of this machine. */
export function localMapFile(path: string): MapFile {
  return {
    read: async (signal) => {
      try {
        return await readFile(path, { encoding: "utf8", signal });
      } catch (cause) {
        if (isAbsent(cause)) return "";
        throw cause;
      }
    },
    replace: async (text) => {
      const before = await stat(path).catch((cause: unknown) => {
        if (isAbsent(cause)) return undefined;
        throw cause;
      });
      const temporary = `${path}.${randomUUID()}.tmp`;
      try {
        const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
        const file = await open(temporary, flags, newFileMode);
        try {
          await file.writeFile(text);
          if (before !== undefined) {
            // HAProxy's own account may be the only one that reads it.
            await file.chmod(before.mode & 0o7777);
            const isOthers = before.uid !== process.getuid?.() || before.gid !== process.getgid?.();
            if (isOthers) await file.chown(before.uid, before.gid);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, path);
      } catch (cause) {
        await rm(temporary, { force: true });
        throw cause;
      }
      const directory = await open(dirname(path), "r");
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    },
  };
}

/** A file of another machine. */
export function remoteMapFile(transport: Transport, path: string): MapFile {
  const { files, capabilities } = transport;
  return {
    read: async (signal) => {
      const found = await unwrap(files.look(path, { signal }));
      if (found === null) return "";
      const parts: Uint8Array[] = [];
      for await (const part of await unwrap(files.read(path, { signal }))) parts.push(part);
      return Buffer.concat(parts).toString("utf8");
    },
    replace: async (text) => {
      const before = await unwrap(files.look(path));
      const temporary = `${path}.${randomUUID()}.tmp`;
      const mode = before?.mode ?? newFileMode;
      try {
        const options = { mode, exclusive: true, durable: capabilities.flush };
        await unwrap(files.write(temporary, Buffer.from(text), options));
        // The umask of the account has had its say.
        await unwrap(files.setAttributes(temporary, { mode }));
        await unwrap(files.rename(temporary, path));
      } catch (cause) {
        await unwrap(files.removeFile(temporary));
        throw cause;
      }
      if (capabilities.flush) await unwrap(files.flush(dirname(path)));
    },
  };
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}
