import type { FindingLog } from "../finding.ts";
import type { EntryKind } from "../names/collisions.ts";
import type { DirectoryRecord } from "./directory-record.ts";
import type { ExtraFields } from "./extra-fields.ts";

const typeMask = 0o170000;
const regular = 0o100000;
const directory = 0o040000;
const link = 0o120000;
const setIds = 0o6000;
const dosVolume = 0x08;
const dosDirectory = 0x10;
/** An empty deflate stream: Java's writers give one to directories. */
const emptyDeflateBytes = 2;

/** All bits set: what Maven's archiver gives to directories whose mode it does not know. */
const unsetMode = 0xffff;

type Kind = EntryKind | "link" | "special" | "unknown";

function kindOfMode(mode: number): Kind {
  const type = mode & typeMask;
  if (type === 0) return "unknown";
  if (type === regular) return "file";
  if (type === directory) return "directory";
  return type === link ? "link" : "special";
}

const noKinds: readonly Kind[] = [];

/** What the Unix extra fields say; they can make a link of an entry whose mode is plain. */
function kindsOfExtra(extra: ExtraFields): readonly Kind[] {
  if (extra.asiUnix === undefined && extra.pkwareUnix === undefined) return noKinds;
  const kinds: Kind[] = [];
  const asi = extra.asiUnix;
  // CRC-32, mode, size of link or device, user, group, link target.
  if (asi !== undefined) {
    kinds.push(asi.length >= 6 ? kindOfMode(asi.readUInt16LE(4)) : "special");
    if (asi.length > 14 || (asi.length >= 10 && asi.readUInt32LE(6) !== 0)) kinds.push("link");
  }
  if (extra.pkwareUnix !== undefined && extra.pkwareUnix.length > 12) kinds.push("link");
  return kinds;
}

/** The mode that an ASi Unix field states; 0 without one. */
function modeOfExtra({ asiUnix }: ExtraFields): number {
  return asiUnix === undefined || asiUnix.length < 6 ? 0 : asiUnix.readUInt16LE(4);
}

/** Reports links and special files that the extra fields of a header make. `true` when there are none. */
export function judgeExtraKinds(extra: ExtraFields, name: string, log: FindingLog): boolean {
  return kindsOfExtra(extra).every((kind) => judgePlain(kind, name, log));
}

function judgePlain(kind: Kind, name: string, log: FindingLog): boolean {
  if (kind === "link") {
    log.error("SYMLINK", "The entry is a link; upload the file itself.", name);
    return false;
  }
  if (kind === "special") {
    log.error("SPECIAL_FILE", "The entry is a device, a pipe, a socket or of an unknown kind.", name);
    return false;
  }
  return true;
}

/**
 * Decides whether an entry is a file or a directory. Slash, mode bits (whatever system wrote them) and DOS attributes
 * must agree, since every reader goes by another one of them. Modes are never applied.
 */
export function judgeKind(record: DirectoryRecord, name: string, log: FindingLog): EntryKind | undefined {
  const slash = name.endsWith("/");
  const stated = record.externalAttributes >>> 16;
  const mode = slash && stated === unsetMode ? 0 : stated;
  const ofMode = kindOfMode(mode);
  if (!judgePlain(ofMode, name, log) || !judgeExtraKinds(record.extra, name, log)) return undefined;
  if ((record.externalAttributes & dosVolume) !== 0) {
    log.error("SPECIAL_FILE", "The entry is a volume label.", name);
    return undefined;
  }
  const bySlash: EntryKind = slash ? "directory" : "file";
  const claims = [ofMode, ...kindsOfExtra(record.extra)];
  if ((record.externalAttributes & dosDirectory) !== 0) claims.push("directory");
  if (claims.some((claim) => claim !== "unknown" && claim !== bySlash)) {
    log.error("TYPE_CONFLICT", "The name and the attributes disagree on whether this is a folder.", name);
    return undefined;
  }
  if (bySlash === "file") {
    if (((mode | modeOfExtra(record.extra)) & setIds) === 0) return "file";
    log.error("MODE_SETUID", "The file is marked to run with the rights of its owner or group.", name);
    return undefined;
  }
  if (record.size !== 0 || record.compressedSize > (record.method === 8 ? emptyDeflateBytes : 0)) {
    log.error("DIR_WITH_DATA", "The entry is a folder and has content.", name);
    return undefined;
  }
  return "directory";
}
