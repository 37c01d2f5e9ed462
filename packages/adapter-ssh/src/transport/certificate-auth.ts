/**
 * Signing in with a certificate. ssh2 1.17 knows no certificates, but it takes a key that it is handed for what that says of itself: to one
 * that bears a certificate's name and bytes it makes the right requests. One thing it gets wrong: it writes the name of the
 * request's algorithm into the signature too, where OpenSSH wants that of the plain key (RFC 8332, 3.2; PROTOCOL.certkeys). So that one
 * packet is made here. This file alone touches what is private to ssh2's sign-in, and `package.json` pins the version that has it.
 */
import ssh2, { type AnyAuthMethod, type BaseAgent, type Client, type ParsedKey, type SignCallback } from "ssh2";
import { signatureOf } from "./certificate-signature.ts";
import { fieldOf, type UserCertificate } from "./user-certificate.ts";

/** What ssh2 1.17.0 keeps inside of a client; looked at with care, for it may be otherwise one day. */
interface ClientInside {
  readonly _protocol?: { readonly _packetRW?: { readonly write?: Partial<PacketWriter> } };
}

interface PacketWriter {
  /** Where the message begins in a packet. */
  readonly allocStart: number;
  alloc(messageBytes: number): Buffer;
  /** What is done to each packet before it is encrypted. */
  finalize(packet: Buffer): Buffer;
}

/** Whether the protocol library is one that can be made to show certificates; asked of a client that connects. */
export function takesCertificates(client: Client): boolean {
  return packetWriter(client) !== undefined;
}

/** The way to sign in with a certificate and its private key, for one client. Servers that refuse it count one failure. */
export function certificateMethod(
  username: string,
  client: Client,
  certificate: UserCertificate,
  privateKey: ParsedKey,
): AnyAuthMethod {
  const key = shownAs(certificate, privateKey);
  key.sign = (data) => {
    const bytes = Buffer.from(data);
    try {
      const signature = signatureOf(privateKey, certificate, bytes);
      // The library asks for the signature just before it makes the packet.
      sendInstead(client, messageOf(certificate, bytes, signature));
      return signature;
    } catch (cause) {
      // As its own keys do: it takes an error for an answer, which the declarations don't say.
      return (cause instanceof Error ? cause : new Error(String(cause))) as unknown as Buffer;
    }
  };
  return { type: "publickey", username, key };
}

/** The same with a key that an agent holds. */
export function agentCertificateMethod(
  username: string,
  client: Client,
  certificate: UserCertificate,
  keeper: BaseAgent,
): AnyAuthMethod {
  const { type, blob } = certificate.key;
  const plain = ssh2.utils.parseKey(`${type} ${blob.toString("base64")}`);
  if (plain instanceof Error) throw plain;
  const agent: BaseAgent = Object.create(ssh2.BaseAgent.prototype);
  agent.getIdentities = (answer) => answer(null, [shownAs(certificate, plain)]);
  agent.sign = (_key: unknown, bytes: Buffer, _options: unknown, answer?: SignCallback): void => {
    keeper.sign(plain, bytes, type === "ssh-rsa" ? { hash: "sha512" } : {}, (error, signature) => {
      if (signature !== undefined) sendInstead(client, messageOf(certificate, bytes, signature));
      answer?.(error, signature);
    });
  };
  return { type: "agent", username, agent };
}

/** A key that says that it is the certificate. */
function shownAs({ offeredAs, blob }: UserCertificate, key: ParsedKey): ParsedKey {
  return Object.assign(Object.create(key), { type: offeredAs, getPublicSSH: () => blob });
}

/** The request as it is to be sent. What is signed is the session's number, which is not sent, and the request without the signature. */
function messageOf({ signedAs }: UserCertificate, signed: Buffer, signature: Buffer): Buffer {
  const request = signed.subarray(4 + signed.readUInt32BE(0));
  const named = Buffer.concat([fieldOf(Buffer.from(signedAs)), fieldOf(signature)]);
  return Buffer.concat([request, fieldOf(named)]);
}

/** Puts a message into the place of the one that is made next, which is at once. */
function sendInstead(client: Client, message: Buffer): void {
  const writer = packetWriter(client);
  // The connection has ended in the meantime.
  if (writer === undefined) return;
  const { finalize } = writer;
  writer.finalize = () => {
    writer.finalize = finalize;
    const packet = writer.alloc(message.length);
    packet.set(message, writer.allocStart);
    return writer.finalize(packet);
  };
}

function packetWriter(client: Client): PacketWriter | undefined {
  const writer = (client as ClientInside)._protocol?._packetRW?.write;
  const fits =
    typeof writer?.allocStart === "number" &&
    typeof writer.alloc === "function" &&
    typeof writer.finalize === "function";
  return fits ? (writer as PacketWriter) : undefined;
}
