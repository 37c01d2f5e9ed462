import { cloudPanelServer } from "@hostelry/adapter-cloudpanel";
import { sshTransport } from "@hostelry/adapter-ssh";
import type { ProvisionWaitingOptions } from "@hostelry/core";
import { errAsync, hostingError, okAsync } from "@hostelry/core/adapter";
import type { ProcessOrder } from "./read-order.ts";

/** Connects to CloudPanel servers with what a request has brought along: one connection per server and request. */
export function openPanel({ servers }: ProcessOrder): ProvisionWaitingOptions["openServer"] {
  return (place) => {
    const access = servers.get(place);
    if (access === undefined) {
      const details = { transport: place, problem: "the request has no access to it", retryAt: null } as const;
      return errAsync(hostingError("TRANSPORT_UNREACHABLE", `The request brings no access to ${place}.`, details));
    }
    const { privateKey, ...way } = access;
    const transport = sshTransport({ ...way, user: "root", auth: { kind: "key", privateKey }, name: place });
    // Certificates and content: see the how-to "A CloudPanel fleet from a script".
    return okAsync(cloudPanelServer({ transport, place }));
  };
}
