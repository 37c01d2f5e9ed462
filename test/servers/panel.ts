// Stand-ins for CloudPanel servers, and transports to them.
import { type SshTransportOptions, sshTransport } from "@hostelry/adapter-ssh";
import type { Transport } from "@hostelry/core/adapter";
import { type PanelHost, panelHostProblem } from "@hostelry/testing/cloudpanel";

/** For the head of a suite. Says in one line what is not run; with CI=true that is an error. */
export function panelHostAvailable(): boolean {
  const problem = panelHostProblem();
  if (problem === undefined) return true;
  if (process.env["CI"] === "true") throw new Error(problem);
  console.log(`not run here: ${problem}`);
  return false;
}

/** Who signs in, if not root, and what the way is called. */
export type PanelTransportOptions = Partial<Pick<SshTransportOptions, "auth" | "maxSessions" | "name" | "user">>;

/** Root's way to a stand-in. Close it. */
export function panelTransport(
  { host, sshPort, user, privateKey, hostKey }: PanelHost,
  options: PanelTransportOptions = {},
): Transport {
  return sshTransport({ host, port: sshPort, user, auth: { kind: "key", privateKey }, hostKey, ...options });
}
