import type { S3Dialect } from "./s3-dialect.ts";

/** A dialect as a sentence for people. */
export function describedDialect(place: string, dialect: S3Dialect): string {
  const { createOnce, replaceIfMatch, deleteIfMatch, checksSha256, expiresSignedUrls, renewsByCopy } = dialect;
  const facts = [
    createOnce ? "creates an object once" : "does not create an object once (If-None-Match is not kept)",
    replaceIfMatch === false
      ? "does not replace an object by its tag (If-Match is not kept)"
      : `replaces an object by its ${replaceIfMatch} tag`,
    deleteIfMatch ? "removes an object by its tag" : "does not remove an object by its tag",
    checksSha256 ? "checks the SHA-256 of what it is sent" : "does not check the SHA-256 of what it is sent",
    expiresSignedUrls ? "ends signed URLs in time" : "does not end signed URLs",
    renewsByCopy ? "renews an object by copying it onto itself" : "does not renew an object by copying it onto itself",
  ];
  return `${place} ${facts.join(", ")}.`;
}
