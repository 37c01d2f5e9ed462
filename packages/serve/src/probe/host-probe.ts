import { type LookupAddress, lookup as lookUp } from "node:dns";
import { get } from "node:http";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { adapterError, attempt, type HostAnswer, type HostProbe } from "@hostelry/core/adapter";

/** Settings of {@link hostProbe}. */
export interface HostProbeOptions {
  /** Default 80, which is what a certificate authority asks too. */
  readonly port?: number | undefined;
  /** For one answer. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Connect to addresses of this machine and of private networks too. Default false: the names are strangers', who could point them
   * at what only this machine can reach.
   */
  readonly privateAddresses?: boolean | undefined;
  /** How names are looked up. Default: as the machine does. */
  readonly lookup?: LookupFunction | undefined;
}

/** Everything that is not a host on the public internet: RFC 6890 and its successors. */
const closed = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  closed.addSubnet(network, prefix, "ipv4");
}
/** All global unicast is in 2000::/3; of that, what carries an IPv4 address inside or is for documents. */
const open6 = new BlockList();
open6.addSubnet("2000::", 3, "ipv6");
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  closed.addSubnet(network, prefix, "ipv6");
}

/** Whether an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, "ipv4");
  return family === 6 && open6.check(address, "ipv6") && !closed.check(address, "ipv6");
}

/** Asks hosts by plain HTTP, follows no redirect, and stays away from addresses that are not public. */
export function hostProbe(options: HostProbeOptions = {}): HostProbe {
  const { port = 80, timeoutMs = 5000, privateAddresses = false, lookup = lookUp as LookupFunction } = options;
  const name = "http";
  return {
    spec: "host-probe/1",
    name,
    capabilities: {},
    ask: ({ hostname, path, maxBytes }, { signal } = {}) =>
      attempt(
        () => {
          const limit = AbortSignal.timeout(timeoutMs);
          const ending = signal === undefined ? limit : AbortSignal.any([signal, limit]);
          const guarded = privateAddresses ? lookup : publicLookup(lookup);
          return ask({ hostname, path, maxBytes, port, lookup: guarded, signal: ending }).catch((cause: unknown) => {
            if (signal?.aborted === true) throw cause;
            // Not there, not ours to reach, or broken off: all the same to who asks whether it is there.
            return { reached: false, status: 0, text: "" };
          });
        },
        (cause) => adapterError(cause, { adapter: name, operation: "ask", state: "unchanged", signal }),
      ),
  };
}

/** Judges the addresses that are connected to, not those of an earlier look: a name may change in between. */
function publicLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, "", 0);
      const addresses = (found as readonly LookupAddress[]).filter(({ address }) => isPublicAddress(address));
      const [first] = addresses;
      if (first === undefined) return done(new Error("No public address."), "", 0);
      if (options.all === true) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}

interface Question {
  readonly hostname: string;
  readonly path: string;
  readonly maxBytes: number;
  readonly port: number;
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
}

function ask({ maxBytes, ...question }: Question): Promise<HostAnswer> {
  // An address needs no lookup, so none would judge it; a name of a domain never is one.
  if (isIP(question.hostname) !== 0) return Promise.reject(new TypeError("An address is no name."));
  return new Promise((resolve, reject) => {
    const request = get({ ...question, agent: false, headers: { "user-agent": "hostelry-host-probe" } }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const finish = (): void => {
        const text = Buffer.concat(chunks).subarray(0, maxBytes).toString("utf8");
        resolve({ reached: true, status: response.statusCode ?? 0, text });
        request.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length >= maxBytes) finish();
      });
      response.on("end", finish);
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}
