// A stand-in for a CloudPanel server and the adapter in front of it, for the suites of this folder.

import { request } from "node:https";
import { type CloudPanel, type CloudPanelOptions, cloudPanel } from "@hostelry/adapter-cloudpanel";
import { type CommandOutput, type Transport, unwrap } from "@hostelry/core/adapter";
import { type PanelHost, type PanelHostOptions, startPanelHost } from "@hostelry/testing/cloudpanel";
import { panelTransport } from "../servers/panel.ts";

/** A server, two ways to it, and the adapter. */
export interface PanelScene {
  readonly host: PanelHost;
  readonly transport: Transport;
  readonly panel: CloudPanel;
  /** Another process's adapter: a connection of its own. */
  another(options?: Partial<CloudPanelOptions>): CloudPanel;
  /** Runs a program on the server and gives what it wrote; throws when it can't be run. */
  shell(script: string, ...parameters: string[]): Promise<{ readonly exitCode: number; readonly text: string }>;
  /** Has the server's lock held by somebody else, until what it answers is called. */
  holdLock(): Promise<() => Promise<void>>;
  /**
   * GET over HTTPS by host name, without looking who vouches for the certificate. nginx takes a new site up a moment after the panel has said that it
   * is there: asked again for a while as long as nothing answers.
   */
  get(domain: string, path?: string): Promise<{ readonly status: number; readonly body: string }>;
  stop(): Promise<void>;
}

/** Starts it all. */
export async function startPanelScene(options: PanelHostOptions = {}): Promise<PanelScene> {
  const host = await startPanelHost(options);
  const transports: Transport[] = [];
  const connect = (): Transport => {
    const transport = panelTransport(host, { name: `root@panel:${host.sshPort}/${transports.length}` });
    transports.push(transport);
    return transport;
  };
  const transport = connect();
  return {
    host,
    transport,
    panel: cloudPanel({ transport }),
    another: (more = {}) => cloudPanel({ transport: connect(), ...more }),
    shell: async (script, ...parameters) => {
      // Root's shell may greet.
      const ran = await transport.run({ argv: ["sh", "-c", `echo ----; ${script}`, "sh", ...parameters] });
      if (ran.isErr()) throw ran.error;
      const text = textOf(ran.value);
      return { exitCode: ran.value.exitCode, text: text.slice(text.indexOf("----\n") + 5) };
    },
    holdLock: async () => {
      const script = "echo held; exec sleep 60";
      const started = await transport.start({ argv: ["flock", "/run/hostelry-clpctl.lock", "sh", "-c", script] });
      if (started.isErr()) throw started.error;
      const iterator = started.value.stdout[Symbol.asyncIterator]();
      // Root's shell may greet before.
      for (let text = ""; !text.includes("held"); ) {
        const next = await iterator.next();
        if (next.done === true) throw new Error("the lock could not be held");
        text += Buffer.from(next.value).toString("utf8");
      }
      return () => unwrap(started.value.stop());
    },
    get: async (domain, path = "/") => {
      const deadline = performance.now() + 10_000;
      for (;;) {
        const answer = await get(host.httpsPort, domain, path).catch((cause: unknown) => cause);
        if (!(answer instanceof Error)) return answer as Answer;
        if (performance.now() > deadline) throw answer;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    stop: async () => {
      await Promise.all(transports.map((each) => each.close()));
      await host.stop();
    },
  };
}

function textOf({ stdout }: CommandOutput): string {
  return Buffer.from(stdout).toString("utf8");
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function get(port: number, domain: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path,
      servername: domain,
      headers: { host: domain },
      rejectUnauthorized: false,
    };
    const asked = request({ ...options, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body })).on("error", reject);
    });
    asked.on("error", reject).end();
  });
}
