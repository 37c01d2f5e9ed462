// Asks a DNS server as a stranger would, without any code of ours but the canonical form of values.
import { createConnection } from "node:net";
import { canonicalValue, type DnsRecordType, textOfBytes } from "@hostelry/core/adapter";
import dnsPacket from "dns-packet";

type Answer = dnsPacket.Answer;

/** The values of a set that the server on this port of loopback gives, in canonical form. */
export async function askDns(port: number, name: string, type: DnsRecordType): Promise<readonly string[]> {
  if (type === "ALIAS") throw new TypeError("There is no ALIAS on the wire.");
  const reply = await exchange(port, { type: "query", id: 7, flags: 0, questions: [{ name, type }] });
  const answers = (reply.answers ?? []).filter((each) => each.type === type);
  return answers.map((answer) => {
    const value = answer.type === "TXT" ? textOf(answer.data) : presented(answer);
    return canonicalValue(type, value)._unsafeUnwrap();
  });
}

async function exchange(port: number, question: dnsPacket.Packet): Promise<dnsPacket.Packet> {
  const socket = createConnection({ port, host: "127.0.0.1" });
  try {
    socket.end(dnsPacket.streamEncode(question));
    const chunks: Buffer[] = [];
    for await (const chunk of socket) {
      chunks.push(chunk as Buffer);
      const bytes = Buffer.concat(chunks);
      if (bytes.length >= 2 && bytes.length >= bytes.readUInt16BE(0) + 2) return dnsPacket.streamDecode(bytes);
    }
    throw new Error(`the server on port ${port} said nothing`);
  } finally {
    socket.destroy();
  }
}

function textOf(data: dnsPacket.TxtData): string {
  const strings = Array.isArray(data) ? data : [data];
  return textOfBytes(Buffer.concat(strings.map((each) => Buffer.from(each as Buffer))));
}

function presented(answer: Answer): string {
  switch (answer.type) {
    case "A":
    case "AAAA":
    case "CNAME":
    case "NS":
      return String(answer.data);
    case "MX":
      return `${answer.data.preference ?? 0} ${answer.data.exchange}`;
    case "SRV": {
      const { priority, weight, port, target } = answer.data;
      return `${priority ?? 0} ${weight ?? 0} ${port} ${target}`;
    }
    case "CAA":
      return `${answer.data.flags ?? 0} ${answer.data.tag} "${answer.data.value}"`;
    default:
      throw new TypeError(`not asked for: ${answer.type}`);
  }
}
