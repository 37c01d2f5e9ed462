import { once } from "node:events";
import { createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { unwrap } from "@hostelry/core/adapter";
import { certificateTargetConformance, newDelivery, registerConformance } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { type TlsContexts, tlsContexts } from "./tls-contexts.ts";

/** A server that has nothing but delivered certificates. */
async function serving(contexts: TlsContexts): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer({ SNICallback: contexts.SNICallback }, (_request, response) => response.end("sealed"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** The certificate that a visitor of a name is shown; `null` when the handshake is refused. */
async function shown(port: number, servername: string): Promise<string | null> {
  const socket: TLSSocket = connect({ host: "127.0.0.1", port, servername, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase();
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

registerConformance(
  certificateTargetConformance({
    capabilities: { servesAtOnce: true },
    // It is in this process's memory: nobody else gets at it.
    without: ["damage"],
    make: async () => {
      const subject = tlsContexts();
      const { server, port } = await serving(subject);
      return {
        subject,
        another: () => subject,
        served: (name) => shown(port, name),
        dispose: async () => {
          server.close();
        },
      };
    },
  }),
  { describe, it },
);

describe("certificates for the servers of this process", () => {
  it("change under open connections, which stay", async () => {
    const contexts = tlsContexts();
    const { server, port } = await serving(contexts);
    const first = newDelivery({ names: ["acme.test"] });
    await unwrap(contexts.deliver(first));
    const socket = connect({ host: "127.0.0.1", port, servername: "acme.test", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    await unwrap(contexts.deliver(newDelivery({ ...first, number: 2 })));
    socket.write("GET / HTTP/1.1\r\nhost: acme.test\r\nconnection: close\r\n\r\n");
    const [answer] = await once(socket, "data");
    expect(String(answer)).toContain("200 OK");
    socket.destroy();
    server.close();
  });

  it("are found whatever the letters of the name are, and a request is served over them", async () => {
    const contexts = tlsContexts();
    const { server, port } = await serving(contexts);
    const certificate = newDelivery({ names: ["acme.test"] });
    await unwrap(contexts.deliver(certificate));
    expect(await shown(port, "ACME.Test")).toBe(certificate.sha256);
    const place = { host: "127.0.0.1", port, servername: "acme.test", rejectUnauthorized: false, agent: false };
    const [response] = await once(request(place).end(), "response");
    expect(response.statusCode).toBe(200);
    response.resume();
    server.close();
  });

  it("are all served, however few are kept ready", async () => {
    const contexts = tlsContexts({ maxReady: 2 });
    const { server, port } = await serving(contexts);
    const certificates = Array.from({ length: 5 }, (_, index) => newDelivery({ names: [`site-${index}.test`] }));
    for (const each of certificates) await unwrap(contexts.deliver(each));
    for (const { names, sha256 } of [...certificates, ...certificates])
      expect(await shown(port, names[0] ?? "")).toBe(sha256);
    server.close();
  });
});
