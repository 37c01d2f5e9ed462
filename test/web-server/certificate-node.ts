// nginx on loopback with nothing but delivered certificates, and ways to look at it as a visitor.
import { connect } from "node:tls";
import { type EdgeConfigOptions, edgeConfig } from "@hostelry/adapter-ssh";

/** The configuration of a node that speaks TLS with what is delivered. */
export function deliveredConfig(root: string, port: number, more: Partial<EdgeConfigOptions> = {}): string {
  const listen = [{ address: "127.0.0.1", port, tls: "delivered" }] as const;
  return edgeConfig("nginx", { root, listen, ...more })._unsafeUnwrap();
}

/** SHA-256 of the certificate that a visitor of a name is shown; `null` when the handshake is refused. */
export function shownTo(port: number, servername: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername, rejectUnauthorized: false });
    socket.once("secureConnect", () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      resolve(fingerprint256.replaceAll(":", "").toLowerCase());
    });
    // A refused handshake and one that is cut off are the same to a visitor.
    socket.once("error", () => resolve(null));
    socket.once("end", () => resolve(null));
  });
}
