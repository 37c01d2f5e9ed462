import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { readOrder } from "./read-order.ts";

const run = promisify(execFile);

describe("an endpoint that provisions", () => {
  it("answers with what became of each site, says what is wrong with a request, and goes on where it can", async () => {
    const main = fileURLToPath(new URL("main.ts", import.meta.url));
    const { stdout } = await run(process.execPath, ["--conditions=@hostelry/source", "--import", "tsx", main]);
    expect(stdout.trim().split("\n")).toEqual([
      'GET /health: {"status":"ok"}',
      'POST /process: 400 The server "panel-1" needs host, hostKey and privateKey, as texts.',
      "POST /process: 200",
      "  shop-1.customer.test: active",
      "  shop-2.customer.test: active",
      "  shop-3.customer.test: failed, TRANSPORT_UNREACHABLE",
      "POST /process: 200",
      "  shop-3.customer.test: active",
    ]);
  });

  it.each([
    ["nothing", "", "The body is no JSON object."],
    ["a list", "[]", "The body is no JSON object."],
    ["no servers", "{}", 'The field "servers" must be an object with a server for each name.'],
    ["a word it does not know", '{"server":{}}', 'There is no field "server"; use "servers" and "matomo".'],
    [
      "half a Matomo",
      '{"servers":{"a":{"host":"h","hostKey":"k","privateKey":"p"}},"matomo":{"url":"u"}}',
      'The field "matomo" needs url and token, as texts.',
    ],
  ])("says what is wrong with %s", (_, body, sentence) => {
    expect(readOrder(body)).toBe(sentence);
  });
});
