import type { ArchivePolicy } from "@hostelry/core";

/** Lets the larger archive in; nothing else differs from the default. */
export const benchPolicy: Partial<ArchivePolicy> = { maxArchiveBytes: 8e9, maxTotalBytes: 16e9, maxFileBytes: 8e9 };
