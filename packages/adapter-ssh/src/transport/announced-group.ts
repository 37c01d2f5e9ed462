import { Transform } from "node:stream";
import { groupAnnouncement } from "@hostelry/core/adapter";

/** A program's error output without the line that names its process group. */
export interface AnnouncedGroup {
  readonly errors: Transform;
  /** Number of the group; `undefined` until it was told. */
  number(): number | undefined;
}

/** No announcement is longer. */
const maxBytes = 64;

/** Takes the announcement of a supervised line off; what does not begin with one passes as it is. */
export function announcedGroup(): AnnouncedGroup {
  let begun: Buffer | undefined = Buffer.alloc(0);
  let number: number | undefined;
  const errors = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (begun === undefined) return done(null, chunk);
      begun = Buffer.concat([begun, chunk]);
      const end = begun.indexOf("\n");
      if (end === -1 && begun.length < maxBytes) return done();
      const line = begun.toString("latin1", 0, end === -1 ? 0 : end);
      const told = new RegExp(`^${groupAnnouncement}([1-9][0-9]{0,9})$`).exec(line)?.[1];
      const rest = told === undefined ? begun : begun.subarray(end + 1);
      begun = undefined;
      if (told !== undefined) number = Number(told);
      done(null, rest);
    },
    flush(done) {
      done(null, begun);
      begun = undefined;
    },
  });
  return { errors, number: () => number };
}
