import { once } from "node:events";
import { connect, createServer } from "node:net";
import { join } from "node:path";

/** Something that the kernel ends with the process, and that processes of other containers can see. */
export interface LifeSign {
  /** Ends it before the process does. Repeated: success. */
  end(): Promise<void>;
}

/** `sun_path` of unix(7) has 108 bytes on Linux and 104 elsewhere, with a zero at the end. */
const longestPath = 103;

/**
 * Listens on a socket file in `directory`, for as long as the process lives; keeps nothing from ending. `undefined` where
 * that is not possible: a long path, or a file system without sockets.
 */
export async function lifeSign(directory: string, name: string): Promise<LifeSign | undefined> {
  const path = join(directory, name);
  if (process.platform === "win32" || Buffer.byteLength(path) > longestPath) return undefined;
  const server = createServer((visitor) => visitor.destroy());
  server.listen(path);
  try {
    await once(server, "listening");
  } catch {
    return undefined;
  }
  server.unref();
  const closed = once(server, "close");
  return {
    end: async () => {
      if (server.listening) server.close();
      await closed;
    },
  };
}

/**
 * Whether a sign of this kernel has ended. The kernel accepts connections for a process that is stopped or busy, and
 * refuses them as soon as it is gone, however it went. In doubt it has not ended.
 */
export async function hasEnded(directory: string, name: string): Promise<boolean> {
  const visitor = connect(join(directory, name));
  try {
    await once(visitor, "connect");
    return false;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "ECONNREFUSED";
  } finally {
    visitor.destroy();
  }
}
