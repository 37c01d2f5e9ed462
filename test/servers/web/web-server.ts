import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Daemon } from "../ssh-node/daemon.ts";
import { freePorts } from "../ssh-node/free-ports.ts";

/** A running web server with a state of its own below the temporary directory. */
export interface WebServer {
  readonly port: number;
  /** Its main configuration file. */
  readonly configFile: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Where a server works. */
export interface WebPlace {
  readonly directory: string;
  readonly port: number;
}

/** Runs a server in a fresh directory that every account may read; removes it when the server ends or does not start. */
export async function inFreshPlace(
  name: string,
  start: (place: WebPlace) => Promise<{ readonly daemon: Daemon; readonly configFile: string }>,
): Promise<WebServer> {
  const directory = await mkdtemp(join(tmpdir(), `hostelry-${name}-`));
  await chmod(directory, 0o755);
  await mkdir(join(directory, "temporary"));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const [port = 0] = await freePorts(1);
    const { daemon, configFile } = await start({ directory, port });
    const stop = async (): Promise<void> => {
      await daemon.stop();
      await remove();
    };
    return { port, configFile, pid: daemon.pid, stop };
  } catch (cause) {
    await remove();
    throw cause;
  }
}
