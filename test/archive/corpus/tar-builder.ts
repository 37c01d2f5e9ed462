import { gzipSync } from "node:zlib";

/** A header block with its body; every field that is not given is what an honest writer would put there. */
export interface TarSpec {
  readonly name: string | Buffer;
  readonly data?: Buffer | string;
  /** Default `0`, or `5` if the name ends in a slash. */
  readonly type?: string;
  readonly mode?: string;
  /** Text of the size field. */
  readonly size?: string | Buffer;
  readonly uid?: Buffer;
  readonly linkName?: string;
  readonly prefix?: string;
  readonly magic?: string;
  readonly checksum?: string;
  /** Fills the padding after the body. */
  readonly padding?: number;
  /** Patches the block before its checksum is taken. */
  readonly patch?: (block: Buffer) => void;
}

const zeros = (count: number): Buffer => Buffer.alloc(count);
/** The two zero blocks at the end. */
export const endBlocks: Buffer = zeros(1024);

/** One entry: header block, body, padding. */
export function tarEntry(spec: TarSpec): Buffer {
  const data = Buffer.from(spec.data ?? "");
  const name = Buffer.from(spec.name);
  const block = zeros(512);
  name.copy(block, 0, 0, 100);
  const put = (text: string | Buffer, at: number): void => {
    Buffer.from(text as string, "latin1").copy(block, at);
  };
  put(spec.mode ?? "0000644\0", 100);
  put(spec.uid ?? "0001750\0", 108);
  put("0001750\0", 116);
  put(spec.size ?? `${data.length.toString(8).padStart(11, "0")}\0`, 124);
  put("14700000000\0", 136);
  put(spec.type ?? (name.at(-1) === 0x2f ? "5" : "0"), 156);
  put(spec.linkName ?? "", 157);
  put(spec.magic ?? "ustar\x0000", 257);
  put("user\0", 265);
  put("group\0", 297);
  put("0000000\x000000000\0", 329);
  put(spec.prefix ?? "", 345);
  spec.patch?.(block);
  put("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(spec.checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = (512 - (data.length % 512)) % 512;
  return Buffer.concat([block, data, Buffer.alloc(padding, spec.padding ?? 0)]);
}

/** An archive of these entries, with its end. */
export function buildTar(...entries: readonly (TarSpec | Buffer)[]): Buffer {
  return Buffer.concat([...entries.map((entry) => (Buffer.isBuffer(entry) ? entry : tarEntry(entry))), endBlocks]);
}

/** PAX records: the length counts itself. */
export function paxBody(records: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    records.map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`);
      let length = rest + 1;
      while (String(length).length + rest !== length) length += 1;
      return Buffer.from(`${length} ${key}=${value}\n`);
    }),
  );
}

/** An `x` or `g` header with these records. */
export function pax(records: readonly (readonly [string, string])[], type: "x" | "g" = "x"): Buffer {
  return tarEntry({ name: "PaxHeaders/x", type, data: paxBody(records) });
}

/** A GNU long name. */
export function longName(name: string): Buffer {
  return tarEntry({ name: "././@LongLink", type: "L", data: `${name}\0`, magic: "ustar  \0" });
}

/** Deterministic gzip. */
export function gzip(bytes: Buffer): Buffer {
  return gzipSync(bytes, { level: 6 });
}
