// Waiting sites on stand-ins for CloudPanel servers, as a host would put it together.
import { cloudPanelServer } from "@hostelry/adapter-cloudpanel";
import { sshTransport } from "@hostelry/adapter-ssh";
import type { ProvisionWaitingOptions } from "@hostelry/core";
import { errAsync, hostingError, okAsync, type WaitingSite } from "@hostelry/core/adapter";

/** How a server is reached; from a file or the input of a process, never from its arguments. */
export interface PanelAccess {
  readonly place: string;
  readonly sshPort: number;
  readonly privateKey: string;
  readonly hostKey: string;
}

/** A site of a run. */
export function waitingSite(index: number, server: string): WaitingSite {
  const domain = `site-${String(index).padStart(2, "0")}.fleet-customer.test`;
  return { id: `id-${index}`, server, domain, name: `Site ${index}`, analytics: false, wishes: {} };
}

/** The password of a site's system user: not to be seen anywhere. */
export function userPasswordOf({ id }: WaitingSite): string {
  return `hunter2-of-${id}-abcdefgh`;
}

/** Opens the servers of a run with these credentials. */
export function opener(servers: readonly PanelAccess[]): ProvisionWaitingOptions["openServer"] {
  return (place) => {
    const found = servers.find((each) => each.place === place);
    if (found === undefined) {
      const details = { transport: place, problem: "nobody knows it", retryAt: null } as const;
      return errAsync(hostingError("TRANSPORT_UNREACHABLE", `There is no server ${place}.`, details));
    }
    const { sshPort: port, privateKey, hostKey } = found;
    const auth = { kind: "key", privateKey } as const;
    const transport = sshTransport({ host: "127.0.0.1", port, user: "root", hostKey, auth, name: place });
    const secretsOf = (site: WaitingSite): Readonly<Record<string, string>> => ({
      siteUserPassword: userPasswordOf(site),
    });
    return okAsync(cloudPanelServer({ transport, place, secretsOf, certificates: { preflight: "unchecked" } }));
  };
}
