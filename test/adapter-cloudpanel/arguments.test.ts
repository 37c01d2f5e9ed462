import { unwrap } from "@hostelry/core";
import { systemClock, systemRandom } from "@hostelry/core/adapter";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type PanelCommand,
  type PanelCommandName,
  panelCommand,
  panelCommandNames,
  panelOptionNames,
} from "../../packages/adapter-cloudpanel/src/command/panel-command.ts";
import { panelSession } from "../../packages/adapter-cloudpanel/src/host/panel-session.ts";
import { panelHostAvailable } from "../servers/panel.ts";
import { rounds } from "../setup/rounds.ts";
import { type PanelScene, startPanelScene } from "./panel-scene.ts";

const all = rounds(10_000, 300);

/** Values that are taken, so that one random one among them decides. */
const good: Readonly<Record<string, string>> = {
  domainName: "example.test",
  siteUser: "some-user",
  siteUserPassword: "0123456789abcdef",
  databaseUserPassword: "0123456789abcdef",
  password: "0123456789abcdef",
  phpVersion: "8.3",
  vhostTemplate: "Generic",
  nodejsVersion: "22",
  pythonVersion: "3.11",
  appPort: "3000",
  reverseProxyUrl: "http://127.0.0.1:3000",
  databaseName: "some",
  databaseUserName: "some",
  file: "/tmp/some.sql",
  userName: "somebody",
  email: "somebody@example.test",
  firstName: "Some",
  lastName: "Body",
  name: "Some",
  directories: "770",
  files: "660",
  path: "/tmp",
};

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(..."$`()\"\\'\n\r\t ;&|<>*?!#~{}[]-=abcXYZ019./:@é漢"), maxLength: 40 }),
  fc.constantFrom(
    "$(reboot)",
    "`id`",
    "-rf",
    "--force",
    "a'b",
    'a"b',
    "a\nb",
    "$HOME",
    "\\\\",
    "O'Brien",
    "ünï",
    "",
    " ",
    "a\u0000b",
  ),
);
/** Of the alphabets that are taken, up to and beyond their limits. */
const harmless = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-_"), minLength: 1, maxLength: 70 }),
  fc.string({ unit: fc.constantFrom(..."aZ09_-"), minLength: 16, maxLength: 64 }),
  fc.string({ unit: fc.constantFrom(..."abc09-."), minLength: 3, maxLength: 140 }),
  fc.string({ unit: fc.constantFrom(..."abc/.-_%+,=@09"), maxLength: 60 }).map((path) => `http://host.test:80/${path}`),
  fc.string({ unit: fc.constantFrom(..."Aé漢 .-b"), maxLength: 66 }),
  fc.string({ unit: fc.constantFrom(..."abc/.-_%+,=@09:"), maxLength: 60 }).map((path) => `/${path}`),
  fc.integer({ min: 0, max: 70_000 }).map(String),
);

const attempts = fc.constantFrom(...panelCommandNames).chain((name) => {
  const options = panelOptionNames(name);
  const which = options.length === 0 ? fc.constant("") : fc.constantFrom(...options);
  return fc.record({ name: fc.constant(name), option: which, value: fc.oneof(hostile, harmless) });
});

function build(name: PanelCommandName, option: string, value: string) {
  const options = Object.fromEntries(
    panelOptionNames(name).flatMap((each) => (good[each] === undefined ? [] : [[each, good[each]]])),
  );
  // The types of one command's options can't be told for a command that is drawn.
  return panelCommand(name, { ...options, ...(option === "" ? {} : { [option]: value }) } as never);
}

describe.skipIf(!panelHostAvailable())("arguments of every command", () => {
  let scene: PanelScene;
  beforeAll(async () => {
    scene = await startPanelScene();
    // Keeps what it was called with, byte for byte, behind the very wrapper that loses characters.
    await scene.shell(
      `printf '%s\\n' '#!/bin/sh' 'printf "%s\\0" "$@" | od -An -v -tx1 -w100000 | tr -d " "' > /usr/bin/clpctlWrapper`,
    );
  });
  afterAll(() => scene?.stop());

  it(
    `are refused by their type, or arrive byte for byte (${all} of them)`,
    async () => {
      const taken: PanelCommand[] = [];
      let refused = 0;
      fc.assert(
        fc.property(attempts, ({ name, option, value }) => {
          const built = build(name, option, value);
          if (built.isErr()) {
            refused += 1;
            // The value itself may be a secret.
            const hidden = value.length < 8 || !built.error.message.includes(value);
            return built.error.code === "INVALID_INPUT" && hidden;
          }
          taken.push(built.value);
          return option === "" || built.value.argv.includes(`--${option}=${value}`);
        }),
        { numRuns: all },
      );
      expect(refused).toBeGreaterThan(all / 4);
      expect(taken.length).toBeGreaterThan(all / 10);
      const session = panelSession({
        transport: scene.transport,
        random: systemRandom,
        clock: systemClock,
        lockWaitMs: 10_000,
        commandTimeoutMs: 10_000,
      });
      const sample = taken.filter((_command, index) => index % rounds(1, 4) === 0);
      for (const command of sample) {
        const outcome = await unwrap(session.run({ ...command, success: undefined }));
        const bytes = Buffer.from(outcome.outcome === "done" ? (outcome.lines[0] ?? "") : "", "hex");
        const arrived = bytes.toString("utf8").split("\0").slice(0, -1);
        expect(arrived).toEqual(command.argv);
      }
    },
    rounds(1_800_000, 60_000),
  );

  it("with characters that the wrapper loses are never built", () => {
    for (const lost of '$`()"\\') {
      for (const name of panelCommandNames) {
        for (const option of panelOptionNames(name)) {
          expect(build(name, option, `${good[option] ?? "some"}${lost}`).isErr()).toBe(true);
        }
      }
    }
  });
});
