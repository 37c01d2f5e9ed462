import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, askNode, type Question } from "./fixtures/ask-node.ts";
import { fixtureContent, siteHostOf, today, token } from "./fixtures/fixture-content.ts";
import { conditionalCases } from "./fixtures/request-cases/conditional-cases.ts";
import { fileCases } from "./fixtures/request-cases/file-cases.ts";
import { malformedCases } from "./fixtures/request-cases/malformed-cases.ts";
import { previewCases } from "./fixtures/request-cases/preview-cases.ts";
import { rangeCases } from "./fixtures/request-cases/range-cases.ts";
import type { RequestCase } from "./fixtures/request-cases/request-case.ts";
import { stateCases } from "./fixtures/request-cases/state-cases.ts";
import { createSiteHandler, labelResolver, type ServeProblem } from "./index.ts";

const problems: ServeProblem[] = [];
const handler = createSiteHandler({
  content: fixtureContent(),
  resolve: labelResolver({ root: "localhost" }),
  clock: { now: () => today },
  onProblem: (problem) => problems.push(problem),
});

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer(handler.node);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function askFetch({ method = "GET", host, target, headers }: Question): Promise<Answer> {
  const response = await handler.fetch(new Request(`http://${host}${target}`, { method, headers: { ...headers } }));
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

const cases: readonly RequestCase[] = [
  ...fileCases,
  ...malformedCases,
  ...conditionalCases,
  ...rangeCases,
  ...stateCases,
  ...previewCases,
];

describe("a site handler", () => {
  it.each(cases)("$method $target: $says", async (row) => {
    const { method, target, headers, status, body, expect: expected = {}, nodeOnly } = row;
    const question: Question = { method, host: row.host ?? siteHostOf("1"), target, headers };
    const answers = [await askNode(port, question), ...(nodeOnly === true ? [] : [await askFetch(question)])];
    for (const answer of answers) {
      expect(answer.status).toBe(status);
      for (const [name, value] of Object.entries(expected))
        expect([name, answer.headers[name] ?? null]).toEqual([name, value]);
      if (body === "") expect(answer.body).toBe("");
      else if (body !== undefined) expect(answer.body).toContain(body);
      expect(answer.body).not.toContain("/secret/disk");
    }
    if (answers.length === 2) expect(answers[1]).toEqual(answers[0]);
  });

  it("tells the host what the visitor is not told, without the query", async () => {
    problems.length = 0;
    await askNode(port, { host: siteHostOf("6"), target: `/about?preview_token=${token}` });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      host: siteHostOf("6"),
      path: "/about",
      error: { code: "RELEASE_CORRUPT" },
    });
  });
});
