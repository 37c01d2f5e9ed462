import type { HostingError } from "@hostelry/core/adapter";
import { panelTranscripts } from "@hostelry/testing/cloudpanel";
import { describe, expect, it } from "vitest";
import type { PanelCommand, PanelCommandName } from "./panel-command.ts";
import { panelCommand } from "./panel-command.ts";
import { readAnswer } from "./read-answer.ts";

const secret = "Very-secret-0123456789";

/** A command as its builder makes it; what is left out of it here is not read. */
function commandNamed(name: string): PanelCommand {
  const values = {
    domainName: "example.com",
    siteUserPassword: secret,
    siteUser: "shop",
    phpVersion: "8.3",
    vhostTemplate: "Generic",
  };
  const more = {
    nodejsVersion: "22",
    appPort: "3000",
    databaseName: "shop",
    databaseUserName: "shop",
    databaseUserPassword: secret,
  };
  const rest = {
    userName: "anna",
    email: "a@example.com",
    firstName: "A",
    lastName: "B",
    password: secret,
    file: "/tmp/shop.sql",
  };
  return panelCommand(name as PanelCommandName, { ...values, ...more, ...rest } as never)._unsafeUnwrap();
}

function meaningOf(error: HostingError): string {
  switch (error.code) {
    case "PANEL_REFUSED":
      return error.details.problems.map(({ field, problem }) => `${field} ${problem}`).join(", ");
    case "PANEL_FAILED":
      return error.details.problem;
    case "PANEL_UNSUPPORTED":
      return "unsupported";
    case "CERTIFICATE_REFUSED":
      return `certificate refused: ${error.details.names.map(({ problem }) => problem).join(", ")}`;
    case "PROTOCOL_VIOLATION":
      return "unknown";
    default:
      return error.code;
  }
}

describe("what clpctl answered", () => {
  it.each(panelTranscripts.map((each) => [each.outcome, each.command, each.stdout.trim().slice(0, 60), each] as const))(
    "means %s: %s %s",
    (outcome, command, _text, transcript) => {
      const read = readAnswer("panel", commandNamed(command), transcript);
      expect(read.isOk() ? "done" : meaningOf(read.error)).toBe(outcome);
    },
  );

  it("is quoted without secrets, without control characters, and cut short", () => {
    const stdout = `\u001b[31mcrashed at --siteUserPassword=${secret}\u0007 ${secret} --databaseUserPassword=other-secret\u001b[0m ${"x".repeat(1000)}\n`;
    const error = readAnswer("panel", commandNamed("site:add:static"), {
      exitCode: 1,
      stdout,
      stderr: secret,
    })._unsafeUnwrapErr();
    const text = `${JSON.stringify(error)} ${error.message}`;
    expect(error.code).toBe("PROTOCOL_VIOLATION");
    expect(text).not.toContain(secret);
    expect(text).not.toContain("other-secret");
    expect(text).not.toMatch(/\\u00/);
    expect(text).toContain("crashed at");
    expect((error.details as { excerpt: string }).excerpt.length).toBeLessThanOrEqual(300);
  });

  it("names the names that an authority refuses", () => {
    const transcript = panelTranscripts.find(({ outcome }) => outcome.endsWith("unauthorized, connection"));
    const command = commandNamed("lets-encrypt:install:certificate");
    const error = readAnswer(
      "panel",
      command,
      transcript ?? { exitCode: 0, stdout: "", stderr: "" },
    )._unsafeUnwrapErr();
    expect(error).toMatchObject({
      code: "CERTIFICATE_REFUSED",
      details: {
        names: [
          { name: "example.com", problem: "unauthorized" },
          { name: "www.example.com", problem: "connection" },
        ],
      },
    });
  });
});
