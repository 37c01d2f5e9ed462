// A TCP proxy on loopback that can be slow, silent, or cut: distance and accidents for tests and benchmarks.
//
//   const proxy = await faultProxy(node.sshPort, { delayMs: 25 });   // 50 ms round trip
//   proxy.faults.cutAfterBytes = 12_345;    // the next bytes towards the server beyond this many (per connection) reset both sides
//   proxy.faults.silent = true;             // swallows everything: neither end nor reset, as when a cable is pulled
//   proxy.silenceAll();                     // the same for what is open now; new connections work
//   proxy.cutAll();                         // resets what is open now
import { connect, createServer, type Server, type Socket } from "node:net";

/** What goes wrong; may be changed while connections are open. */
export interface Faults {
  /** How much later each byte arrives, one way. Half of the round trip. */
  delayMs: number;
  /** Throughput of each direction of a connection; 0 is unbounded. */
  bytesPerSecond: number;
  /** After so many bytes from the client a connection is reset, both sides. */
  cutAfterBytes: number;
  /** Called right before such a reset. */
  beforeCut: (() => void) | undefined;
  /** Bytes are taken and never delivered. */
  silent: boolean;
  /** New connections are reset at once. */
  refuse: boolean;
}

/** A running proxy. */
export interface FaultProxy {
  readonly port: number;
  readonly faults: Faults;
  /** Connections taken so far. */
  connections(): number;
  /** Bytes taken so far, of all connections. */
  bytes(): { readonly up: number; readonly down: number };
  cutAll(): void;
  silenceAll(): void;
  close(): Promise<void>;
}

/** Bytes on their way in one direction before the sender is made to wait. */
const maxBytesUnderWay = 8_388_608;

/** Starts a proxy to a port of 127.0.0.1. */
export async function faultProxy(port: number, initial: Partial<Faults> = {}): Promise<FaultProxy> {
  const faults: Faults = {
    delayMs: 0,
    bytesPerSecond: 0,
    cutAfterBytes: Number.POSITIVE_INFINITY,
    beforeCut: undefined,
    silent: false,
    refuse: false,
    ...initial,
  };
  /** What ends each connection, and what goes wrong on it. */
  const open = new Map<() => void, Faults>();
  const total = { up: 0, down: 0 };
  let connections = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    connections += 1;
    client.on("error", () => cut());
    if (faults.refuse) return void client.resetAndDestroy();
    const upstream = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
    const cut = (): void => {
      open.delete(cut);
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    // Its own are set on it alone, and all others as they are at each moment.
    const own = Object.create(faults) as Faults;
    open.set(cut, own);
    upstream.on("error", cut);
    client.once("close", () => upstream.destroy());
    upstream.once("close", () => {
      open.delete(cut);
      client.destroy();
    });
    forward(
      client,
      upstream,
      own,
      (bytes) => {
        total.up += bytes;
      },
      cut,
    );
    forward(upstream, client, own, (bytes) => {
      total.down += bytes;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const cutAll = (): void => {
    for (const cut of [...open.keys()]) cut();
  };
  return {
    port: portOf(server),
    faults,
    connections: () => connections,
    bytes: () => ({ ...total }),
    cutAll,
    silenceAll: () => {
      for (const own of open.values()) own.silent = true;
    },
    close: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Carries one direction. With `cut`, `cutAfterBytes` counts here. */
function forward(from: Socket, to: Socket, faults: Faults, count: (bytes: number) => void, cut?: () => void): void {
  const underWay: { readonly bytes: Buffer | null; readonly due: number }[] = [];
  let size = 0;
  let carried = 0;
  let freeAt = 0;
  let timer: NodeJS.Timeout | undefined;

  const deliver = (): void => {
    timer = undefined;
    const now = performance.now();
    for (let first = underWay[0]; first !== undefined && first.due <= now; first = underWay[0]) {
      underWay.shift();
      if (to.destroyed) continue;
      if (first.bytes === null) to.end();
      else {
        size -= first.bytes.length;
        deliverBytes(first.bytes);
      }
    }
    const next = underWay[0];
    if (next !== undefined) timer ??= setTimeout(deliver, Math.max(0, next.due - now));
    if (size < maxBytesUnderWay / 2 && from.isPaused()) from.resume();
  };

  const deliverBytes = (bytes: Buffer): void => {
    const allowed = cut === undefined ? bytes.length : Math.max(0, faults.cutAfterBytes - carried);
    carried += bytes.length;
    if (bytes.length <= allowed) to.write(bytes);
    else {
      faults.beforeCut?.();
      to.write(bytes.subarray(0, allowed), cut);
    }
  };

  from.on("data", (bytes: Buffer) => {
    count(bytes.length);
    if (faults.silent) return;
    const now = performance.now();
    // The line is busy until the bytes before have passed it; then these take their own time.
    freeAt = Math.max(freeAt, now) + (faults.bytesPerSecond > 0 ? (bytes.length / faults.bytesPerSecond) * 1000 : 0);
    const due = freeAt + faults.delayMs;
    if (due <= now && underWay.length === 0) return deliverBytes(bytes);
    underWay.push({ bytes, due });
    size += bytes.length;
    if (size > maxBytesUnderWay) from.pause();
    timer ??= setTimeout(deliver, Math.max(0, due - now));
  });
  from.on("end", () => {
    if (faults.silent) return;
    underWay.push({ bytes: null, due: Math.max(freeAt, performance.now()) + faults.delayMs });
    timer ??= setTimeout(deliver, faults.delayMs);
  });
  from.on("close", () => {
    if (to.destroyed) clearTimeout(timer);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening server has a port");
  return address.port;
}
