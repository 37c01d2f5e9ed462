/** Where the bytes of one entry are, and what must come out of them. */
export interface EntryData {
  /** Canonical path; empty for what is only checked. */
  readonly path: string;
  /** For messages. */
  readonly name: string;
  readonly start: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly crc: number;
  readonly deflated: boolean;
  /** End of everything that belongs to the entry, descriptor included: where the next one begins. */
  readonly end: number;
  /** Stored data followed by a descriptor: a reader that walks the stream looks for it inside of the data. */
  readonly scan: boolean;
  /** The file is part of the site, so its bytes go into the blob sink. */
  readonly kept: boolean;
}

/** What can be wrong with the bytes of an entry. */
export type DataFault =
  | "SIZE_MISMATCH"
  | "CRC_MISMATCH"
  | "DEFLATE_INVALID"
  | "DEFLATE_TRAILING"
  | "DATA_DESCRIPTOR_AMBIGUOUS";

/** A sentence per fault. */
export const faultMessages: { readonly [F in DataFault]: string } = {
  SIZE_MISMATCH: "The file unpacks to another size than the archive declares.",
  CRC_MISMATCH: "The checksum of the file is wrong; it was damaged.",
  DEFLATE_INVALID: "The compressed data of the file is damaged.",
  DEFLATE_TRAILING: "There are bytes hidden after the compressed data of the file.",
  DATA_DESCRIPTOR_AMBIGUOUS: "The content of the file imitates the record that ends it.",
};
