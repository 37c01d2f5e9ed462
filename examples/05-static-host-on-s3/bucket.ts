import { type ObjectClient, s3Bucket } from "@hostelry/adapter-s3";
import { fakeS3 } from "@hostelry/testing";

/** The bucket that the environment names, or one of a fake store in this process. */
export async function openBucket(): Promise<{
  readonly bucket: ObjectClient;
  readonly place: string;
  close(): Promise<void>;
}> {
  const { S3_ENDPOINT: endpoint, S3_REGION: region, S3_BUCKET: name } = process.env;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  if (region === undefined || name === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    const { endpoint: address, region: where, bucket, credentials, stop } = await fakeS3();
    return {
      bucket: s3Bucket({ endpoint: address, region: where, bucket, credentials }),
      place: "a fake store",
      close: stop,
    };
  }
  const credentials = { accessKeyId, secretAccessKey };
  const bucket = s3Bucket({ region, bucket: name, credentials, ...(endpoint === undefined ? {} : { endpoint }) });
  return { bucket, place: bucket.place, close: async () => undefined };
}
