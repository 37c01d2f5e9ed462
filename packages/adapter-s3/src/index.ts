/** `@hostelry/adapter-s3`: any S3-compatible store. */
export { type S3BlobStore, type S3BlobStoreOptions, s3BlobStore } from "./blob/s3-blob-store.ts";
export type {
  CopyOptions,
  CopyOutcome,
  DeleteUntilOptions,
  GetOptions,
  ListedObject,
  ListOptions,
  ObjectClient,
  ObjectContent,
  ObjectFacts,
  ObjectHeaders,
  ObjectPage,
  ObjectStoreError,
  PresignOptions,
  PutOptions,
  PutOutcome,
  ReadOutcome,
  Received,
  UnfinishedUpload,
  UploadError,
  UploadInput,
  UploadOutcome,
  WriteCondition,
} from "./client/object-client.ts";
export { type S3BucketOptions, s3Bucket } from "./client/s3-bucket.ts";
export type { RetryOptions, S3Connection, S3Credentials, S3CredentialsSource } from "./client/s3-connection.ts";
export { type S3Content, type S3ContentOptions, s3Content } from "./content/s3-content.ts";
export type { S3Dialect } from "./dialect/s3-dialect.ts";
export type { S3TargetDescription } from "./target/describe-target.ts";
export { type S3Target, type S3TargetOptions, s3Target } from "./target/s3-target.ts";
export type { SiteBucket } from "./target/site-bucket.ts";
export type { S3TreeOptions } from "./target/tree/tree-options.ts";
