// The conformance kit's view of an SSH transport to one of our own nodes.
import { readdirSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type SshTransportOptions, sshTransport } from "@hostelry/adapter-ssh";
import type { TransportHarness } from "@hostelry/testing";
import type { SshNode, SshNodes } from "../servers/ssh-nodes.ts";

/** How to sign in to a node with the set's own key and the node's own host key. */
export function optionsFor(nodes: SshNodes, node: SshNode): SshTransportOptions {
  return {
    host: node.host,
    port: node.sshPort,
    user: node.user,
    hostKey: node.hostKey,
    auth: { kind: "key", privateKey: nodes.clientKey },
  };
}

/** Each case gets a directory of its own below the node's root, and a connection of its own. */
export function sshTransportHarness(
  place: () => { readonly nodes: SshNodes; readonly node: SshNode },
  more: Partial<SshTransportOptions> = {},
): TransportHarness {
  const exec = more.without?.includes("exec") !== true;
  let count = 0;
  return {
    capabilities: { exec, files: true, atomicRename: true, hardLinks: true, flush: true },
    without: exec ? [] : ["running", "cut"],
    make: async () => {
      const { nodes, node } = place();
      count += 1;
      const name = `case-${count}`;
      const outside = join(node.outside, name);
      await mkdir(outside);
      await chown(outside, node.uid, node.gid);
      const subject = sshTransport({ ...optionsFor(nodes, node), ...more } as SshTransportOptions);
      return {
        subject,
        directory: `${node.root}/${name}`,
        readFile: (file) => readFile(join(outside, file)).then((buffer) => new Uint8Array(buffer), absent),
        writeFile: async (file, bytes) => {
          await writeFile(join(outside, file), bytes);
          await chown(join(outside, file), node.uid, node.gid);
          await chmod(join(outside, file), 0o644);
        },
        // By arguments, not by parents: whoever is left behind when sshd dies is adopted by another process.
        running: async (text) => processesWith(text),
        cut: async () => node.cutConnections(),
        dispose: async () => {
          await subject.close();
          await rm(outside, { recursive: true, force: true });
        },
      };
    },
  };
}

function absent(cause: NodeJS.ErrnoException): null {
  if (cause.code === "ENOENT") return null;
  throw cause;
}

/** All arguments of a process; empty when it has ended. */
function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Processes of this machine, and so of every node, by a text in their arguments. */
export function pidsWith(text: string): readonly number[] {
  const all = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return all.map(Number).filter((pid) => argumentsOf(pid).includes(text));
}

/** How many there are. */
export function processesWith(text: string): number {
  return pidsWith(text).length;
}
