import { createHash } from "node:crypto";
import type { Random } from "@hostelry/core/adapter";

/**
 * A {@link Random} that gives the same bytes for the same seed: SHA-256 of the seed and a counter, one block after the
 * other. For tests only, for it can be guessed.
 */
export function seededRandom(seed: string | number): Random {
  let counter = 0;
  let left = Buffer.alloc(0);
  return {
    bytes: (length) => {
      const blocks = [left];
      for (let have = left.length; have < length; have += 32) {
        blocks.push(createHash("sha256").update(`${seed}:${counter}`).digest());
        counter += 1;
      }
      const all = Buffer.concat(blocks);
      left = all.subarray(length);
      return new Uint8Array(all.subarray(0, length));
    },
  };
}
