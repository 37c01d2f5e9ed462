import { expect, it } from "vitest";
import { type S3Connection, storeAddress } from "./s3-connection.ts";

const connection: S3Connection = {
  bucket: "sites",
  region: "eu-central-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
};

it("finds Amazon's buckets by host name, of China too", () => {
  expect(storeAddress(connection)).toMatchObject({
    secure: true,
    host: "sites.s3.eu-central-1.amazonaws.com",
    basePath: "/",
    place: "https://s3.eu-central-1.amazonaws.com/sites",
  });
  expect(storeAddress({ ...connection, region: "cn-north-1" }).host).toBe("sites.s3.cn-north-1.amazonaws.com.cn");
});

it("finds those of other stores in the path, below whatever path the store has", () => {
  const address = storeAddress({ ...connection, endpoint: "http://127.0.0.1:9000/store" });
  expect(address).toMatchObject({ secure: false, host: "127.0.0.1:9000", port: 9000, basePath: "/store/sites/" });
});

it("does as it is told, and says of both ways that they lead to the same place", () => {
  const endpoint = "https://objects.example.com";
  const byHost = storeAddress({ ...connection, endpoint, addressing: "host" });
  const byPath = storeAddress({ ...connection, endpoint, addressing: "path" });
  expect(byHost).toMatchObject({ hostname: "sites.objects.example.com", basePath: "/" });
  expect(byPath).toMatchObject({ hostname: "objects.example.com", basePath: "/sites/" });
  expect(byHost.place).toBe(byPath.place);
});

it("takes IPv6 addresses", () => {
  const address = storeAddress({ ...connection, endpoint: "http://[::1]:9000" });
  expect(address).toMatchObject({ hostname: "::1", host: "[::1]:9000" });
});

it("refuses what would lead elsewhere", () => {
  for (const bucket of ["", "a", "../etc", "a/b", "sites?x", "-sites", "sites\n"]) {
    expect(() => storeAddress({ ...connection, bucket }), bucket).toThrow(TypeError);
  }
  for (const region of ["", "eu/../x", "a b"]) {
    expect(() => storeAddress({ ...connection, region }), region).toThrow(TypeError);
  }
  for (const endpoint of ["ftp://x", "https://user:secret@x", "https://x/?a=b", "https://x/#a", "nowhere"]) {
    expect(() => storeAddress({ ...connection, endpoint }), endpoint).toThrow(TypeError);
  }
});
