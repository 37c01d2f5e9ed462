import assert from "node:assert/strict";
import { isHostingError } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { answers, eventuallyGone, eventuallyRunning, marker } from "./processes.ts";
import type { TransportCase } from "./transport-harness.ts";

/** A program with a child and a grandchild that ask for nothing and would run for ten minutes. */
function family(text: string): [string, ...string[]] {
  return ["sh", "-c", `sh -c 'sleep 600; : ${text}' & sh -c 'sleep 600 & wait; : ${text}' & echo up; wait; : ${text}`];
}

/** How many processes of a {@link family} have the marker in their arguments. */
const familySize = 3;

/** What a transport promises of ends that are not the program's own. */
export const endingCases: readonly TransportCase[] = [
  {
    name: "run/timeout",
    title: "ends a program that takes too long, with all its children",
    requires: ["exec"],
    tool: "running",
    check: async (underTest) => {
      const text = marker();
      const { details } = await expectRefusal(
        underTest.subject.run({ argv: family(text) }, { timeoutMs: 500 }),
        "ADAPTER_TIMEOUT",
      );
      assertSame([details.timeoutMs, details.state], [500, "unknown"], "the details");
      await eventuallyGone(underTest, text);
      await expectOk(underTest.subject.run({ argv: ["true"] }, { timeoutMs: 30_000 }));
    },
  },
  {
    name: "start/cancelled",
    title: "ends a program when the signal fires, with all its children; reader and writer are told",
    requires: ["exec"],
    tool: "running",
    check: async (underTest) => {
      const text = marker();
      const caller = new AbortController();
      const process = await expectOk(underTest.subject.start({ argv: family(text) }, { signal: caller.signal }));
      const output = answers(process);
      await output.until("up\n");
      await eventuallyRunning(underTest, text, familySize);
      caller.abort();
      await expectRefusal(process.outcome(), "ABORTED");
      await assert.rejects(output.end(), (cause) => isHostingError(cause) && cause.code === "ABORTED");
      await eventuallyGone(underTest, text);
    },
  },
  {
    name: "start/stop",
    title: "stops a program with all its children, and says so",
    requires: ["exec"],
    tool: "running",
    check: async (underTest) => {
      const text = marker();
      const process = await expectOk(underTest.subject.start({ argv: family(text) }));
      await answers(process).until("up\n");
      await eventuallyRunning(underTest, text, familySize);
      await expectOk(process.stop());
      const { exitCode, signal } = await expectOk(process.outcome());
      assertSame([exitCode, signal], [137, "SIGKILL"], "the outcome");
      await eventuallyGone(underTest, text);
      await expectOk(process.stop());
    },
  },
  {
    name: "start/stop-unread",
    title: "stops a program that is waiting for its reader",
    requires: ["exec"],
    check: async ({ subject }) => {
      const process = await expectOk(subject.start({ argv: ["cat", "/dev/zero"] }));
      await expectOk(process.stop());
      assert.equal((await expectOk(process.outcome())).signal, "SIGKILL");
    },
  },
  {
    name: "start/connection-lost",
    title: "tells that the connection was lost, ends the program on the other side, and connects anew",
    requires: ["exec"],
    tool: "cut",
    check: async (underTest) => {
      const text = marker();
      const { subject } = underTest;
      const process = await expectOk(subject.start({ argv: family(text) }));
      const output = answers(process);
      await output.until("up\n");
      await toolOf(underTest.cut, "cut")();
      assert.equal((await expectRefusal(process.outcome(), "TRANSPORT_LOST")).details.state, "unknown");
      await assert.rejects(output.end(), (cause) => isHostingError(cause) && cause.code === "TRANSPORT_LOST");
      await eventuallyGone(underTest, text);
      assert.equal((await expectOk(subject.run({ argv: ["sh", "-c", "exit 5"] }))).exitCode, 5);
    },
  },
  {
    name: "connect/repeated",
    title: "connects, and is connected",
    check: async ({ subject }) => {
      await expectOk(subject.connect());
      await expectOk(subject.connect());
    },
  },
  {
    name: "close/ends-programs",
    title: "ends running programs, and stays closed",
    requires: ["exec"],
    tool: "running",
    check: async (underTest) => {
      const text = marker();
      const { subject } = underTest;
      const process = await expectOk(subject.start({ argv: family(text) }));
      await answers(process).until("up\n");
      await subject.close();
      await expectRefusal(process.outcome(), "TRANSPORT_LOST");
      await eventuallyGone(underTest, text);
      await expectRefusal(subject.run({ argv: ["true"] }), "TRANSPORT_LOST");
      await subject.close();
    },
  },
  {
    name: "close/unused",
    title: "closes what was never used, and answers TRANSPORT_LOST afterwards",
    check: async ({ subject, directory }) => {
      await subject.close();
      await expectRefusal(subject.connect(), "TRANSPORT_LOST");
      if (subject.capabilities.files) await expectRefusal(subject.files.look(directory), "TRANSPORT_LOST");
    },
  },
];
