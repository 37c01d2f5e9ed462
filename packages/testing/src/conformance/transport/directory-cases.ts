import assert from "node:assert/strict";
import { bytesOf, collect } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal, race, together } from "../expectation.ts";
import { hostileTexts, randomTexts } from "./hostile-text.ts";
import type { TransportCase } from "./transport-harness.ts";

/** What a file of a directory may be called: anything but these. */
function isFileName(text: string): boolean {
  return text !== "" && text !== "." && text !== ".." && !text.includes("/") && Buffer.byteLength(text) <= 200;
}

/** What a transport promises of names, links and directories. */
export const directoryCases: readonly TransportCase[] = [
  {
    name: "files/names",
    title: "takes any name byte for byte, in every operation",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      const names = [...new Set([...hostileTexts, ...randomTexts("names", 300, 40)].filter(isFileName))];
      await race(names.length, (index) => files.write(`${directory}/${names[index]}`, bytesOf(names[index] ?? "")));
      const listed = (await expectOk(files.list(directory))).map(({ name }) => name);
      assertSame([...listed].sort(), [...names].sort(), "all of them, and nothing else");
      await expectOk(files.makeDirectory(`${directory}/other`));
      for (const name of names) {
        const [from, to] = [`${directory}/${name}`, `${directory}/other/${name}`];
        await expectOk(files.rename(from, to));
        await expectOk(files.symbolicLink(from, name));
        assert.equal(await expectOk(files.readLink(from)), name);
        assertSame(await collect(await expectOk(files.read(to))), bytesOf(name), "its own bytes");
        assertSame(await expectOk(files.removeFile(to)), { removed: true }, "removed");
      }
      assertSame(await expectOk(files.list(`${directory}/other`)), [], "all are gone");
    },
  },
  {
    name: "files/paths-refused",
    title: "answers INVALID_INPUT to what is no path",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      for (const path of ["", "a\0b", "\ud800"]) {
        await expectRefusal(files.look(path), "INVALID_INPUT");
        await expectRefusal(files.rename(directory, path), "INVALID_INPUT");
        await expectRefusal(files.symbolicLink(`${directory}/x`, path), "INVALID_INPUT");
      }
    },
  },
  {
    name: "files/look",
    title: "tells what is at a path without following a link; null for nothing",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      await expectOk(files.write(`${directory}/file`, bytesOf("12345"), { mode: 0o640 }));
      await expectOk(files.symbolicLink(`${directory}/link`, "file"));
      const facts = await expectOk(files.look(`${directory}/file`));
      assertSame([facts?.kind, facts?.size, facts?.mode], ["file", 5, 0o640], "a file");
      assert.equal((await expectOk(files.look(`${directory}/link`)))?.kind, "link");
      assert.equal((await expectOk(files.look(directory)))?.kind, "directory");
      assert.equal(await expectOk(files.look(`${directory}/none`)), null);
      assert.equal(await expectOk(files.look(`${directory}/file/below`)), null);
    },
  },
  {
    name: "files/links",
    title: "makes symbolic links that say what they were given, once",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      const path = `${directory}/link`;
      for (const target of ["../a b/c", "/nowhere/at/all", "-x"]) {
        await expectOk(files.symbolicLink(path, target));
        assert.equal(await expectOk(files.readLink(path)), target);
        await expectRefusal(files.symbolicLink(path, "other"), "REMOTE_FILE_EXISTS");
        assert.equal(await expectOk(files.readLink(path)), target, "it stays");
        await expectOk(files.removeFile(path));
      }
      await expectRefusal(files.readLink(path), "REMOTE_FILE_NOT_FOUND");
    },
  },
  {
    name: "files/hard-links",
    title: "gives a file a second name, once",
    requires: ["files", "hardLinks"],
    check: async ({ subject: { files }, directory, readFile }) => {
      await expectOk(files.write(`${directory}/file`, bytesOf("shared")));
      await expectOk(files.hardLink(`${directory}/second`, `${directory}/file`));
      await expectOk(files.removeFile(`${directory}/file`));
      assertSame(await readFile("second"), bytesOf("shared"), "it outlives the first");
      await expectOk(files.write(`${directory}/file`, bytesOf("new")));
      await expectRefusal(files.hardLink(`${directory}/second`, `${directory}/file`), "REMOTE_FILE_EXISTS");
      await expectRefusal(files.hardLink(`${directory}/third`, `${directory}/none`), "REMOTE_FILE_NOT_FOUND");
    },
  },
  {
    name: "files/rename/replaces",
    title: "replaces a link under readers who always see the one or the other",
    requires: ["files", "atomicRename"],
    check: async ({ subject: { files }, directory }) => {
      const current = `${directory}/current`;
      await expectOk(files.symbolicLink(current, "0"));
      let flipping = true;
      const read = async (): Promise<void> => {
        while (flipping) assert.match(await expectOk(files.readLink(current)), /^\d+$/);
      };
      const flip = async (): Promise<void> => {
        try {
          for (let round = 1; round <= 200; round += 1) {
            await expectOk(files.symbolicLink(`${directory}/next`, String(round)));
            await expectOk(files.rename(`${directory}/next`, current));
          }
        } finally {
          flipping = false;
        }
      };
      await together(flip(), read(), read());
      assert.equal(await expectOk(files.readLink(current)), "200");
      await expectRefusal(files.rename(`${directory}/next`, current), "REMOTE_FILE_NOT_FOUND");
    },
  },
  {
    name: "files/directories",
    title: "makes and removes directories, one at a time, and only empty ones",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      const path = `${directory}/one`;
      assertSame(await expectOk(files.makeDirectory(path, { mode: 0o700 })), { made: true }, "made");
      assertSame(await expectOk(files.makeDirectory(path)), { made: false }, "there already");
      assert.equal((await expectOk(files.look(path)))?.mode, 0o700, "its mode stays");
      await expectRefusal(files.makeDirectory(`${directory}/none/below`), "REMOTE_FILE_NOT_FOUND");
      await expectOk(files.write(`${path}/file`, bytesOf("x")));
      await expectRefusal(files.makeDirectory(`${path}/file`), "REMOTE_FILE_EXISTS");
      await expectRefusal(files.removeDirectory(path), "ADAPTER_FAILED");
      await expectRefusal(files.removeFile(path), "ADAPTER_FAILED", "STORAGE_DENIED");
      assertSame(await expectOk(files.removeFile(`${path}/file`)), { removed: true }, "the file");
      assertSame(await expectOk(files.removeFile(`${path}/file`)), { removed: false }, "the file again");
      assertSame(await expectOk(files.removeDirectory(path)), { removed: true }, "the directory");
      assertSame(await expectOk(files.removeDirectory(path)), { removed: false }, "the directory again");
      await expectRefusal(files.list(path), "REMOTE_FILE_NOT_FOUND");
    },
  },
  {
    name: "files/list",
    title: "lists all entries with their facts, also many",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      await race(400, (index) => files.write(`${directory}/file-${index}`, bytesOf("x".repeat(index % 7))));
      await expectOk(files.makeDirectory(`${directory}/below`));
      await expectOk(files.symbolicLink(`${directory}/link`, "nowhere"));
      const entries = new Map((await expectOk(files.list(directory))).map((entry) => [entry.name, entry]));
      assert.equal(entries.size, 402);
      assertSame([entries.get("below")?.kind, entries.get("link")?.kind], ["directory", "link"], "kinds");
      assertSame([entries.get("file-5")?.kind, entries.get("file-5")?.size], ["file", 5], "a file");
    },
  },
  {
    name: "files/attributes",
    title: "sets permission bits and the time of the last change",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      const path = `${directory}/file`;
      await expectOk(files.write(path, bytesOf("x")));
      const modifiedAt = new Date("2001-09-09T01:46:40.000Z");
      await expectOk(files.setAttributes(path, { mode: 0o604, modifiedAt: new Date(modifiedAt.getTime() + 700) }));
      const facts = await expectOk(files.look(path));
      assertSame([facts?.mode, facts?.modifiedAt], [0o604, modifiedAt], "whole seconds");
      await expectOk(files.setAttributes(path, { mode: 0o644 }));
      assertSame((await expectOk(files.look(path)))?.modifiedAt, modifiedAt, "only what is named");
      await expectRefusal(files.setAttributes(`${directory}/none`, { modifiedAt }), "REMOTE_FILE_NOT_FOUND");
    },
  },
];
