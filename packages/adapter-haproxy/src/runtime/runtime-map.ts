import { countEntries, type MapEntries, parseMap } from "../map/map-entries.ts";
import { HaproxyRefusal } from "./haproxy-failure.ts";
import type { AskRuntime } from "./runtime-socket.ts";

/**
 * HAProxy answers in words, without a status: an empty line is success, and every other text is matched here. Texts of 2.6, the same in
 * 3.2's sources (`src/map.c`).
 */
const unknownMap = /^Unknown map identifier/;
const newVersion = /^New version created: (\d+)/;

/** HAProxy's buffer is 16 KiB unless configured otherwise; what does not fit is dropped without a word. */
const maxPayloadBytes = 8 * 1024;

/** What HAProxy holds of a map in memory. */
export interface RuntimeMap {
  /** The entries that requests meet; `entries` is how many there are with those of one key counted each. */
  show(signal: AbortSignal | undefined): Promise<{ readonly map: MapEntries; readonly entries: number }>;
  /**
   * Puts other entries in the place of all, in one act: requests meet the old ones or the new ones. Rejects, with the old ones in place, when
   * HAProxy took another number of entries than it was given.
   */
  replace(map: MapEntries): Promise<void>;
}

/**
 * @param mapName the map as the configuration names it: its file.
 */
export function runtimeMap(ask: AskRuntime, mapName: string): RuntimeMap {
  const silent = async (command: string): Promise<void> => {
    const answer = (await ask(command, undefined)).trim();
    if (answer !== "") throw refusal(mapName, command, answer);
  };
  const countIn = (answer: string): number => {
    const line = answer.split("\n").find((each) => each.includes(`(${mapName})`));
    const [, count] = /entry_cnt=(\d+)/.exec(line ?? "") ?? [];
    if (count === undefined) throw refusal(mapName, "show map", "the map is not in the list");
    return Number(count);
  };
  return {
    show: async (signal) => {
      const answer = await ask(`show map ${mapName}`, signal);
      if (unknownMap.test(answer)) throw refusal(mapName, "show map", answer.trim());
      // Each line begins with the entry's address in memory.
      const text = answer.replaceAll(/^0x[0-9a-f]+ /gm, "");
      if (text === answer && answer.trim() !== "") throw refusal(mapName, "show map", answer.trim());
      return { map: parseMap(text), entries: countEntries(text) };
    },
    replace: async (map) => {
      // Several commands of one line are answered one after the other: it saves connections, which are programs over a transport.
      const answer = await ask(`prepare map ${mapName};show map`, undefined);
      const [, version] = newVersion.exec(answer) ?? [];
      if (version === undefined) throw refusal(mapName, "prepare map", answer.trim());
      try {
        const before = countIn(answer);
        for (const payload of payloads(map)) await silent(`add map @${version} ${mapName} <<\n${payload}`);
        const taken = countIn(await ask("show map", undefined)) - before;
        if (taken !== map.size) throw refusal(mapName, "add map", `${taken} of ${map.size} entries were taken`);
        await silent(`commit map @${version} ${mapName}`);
      } catch (cause) {
        // What was prepared costs memory until the next commit; nobody sees it. It may be gone with the process that had it.
        await ask(`clear map @${version} ${mapName}`, undefined).catch(() => "");
        throw cause;
      }
    },
  };
}

/** Entries in pieces that fit; each ends with the newline of its last entry, and an empty line comes after. */
function* payloads(map: MapEntries): Iterable<string> {
  let piece = "";
  for (const [key, value] of map) {
    const line = `${key} ${value}\n`;
    if (piece.length + line.length > maxPayloadBytes) {
      yield piece;
      piece = "";
    }
    piece += line;
  }
  if (piece !== "") yield piece;
}

function refusal(mapName: string, command: string, answer: string): HaproxyRefusal {
  const advice = unknownMap.test(answer) ? " (name the map as HAProxy's configuration does, and use it there)" : "";
  const words = command.split("\n", 1)[0]?.split(" ").slice(0, 2).join(" ");
  return new HaproxyRefusal(`HAProxy said to "${words}" for ${mapName}: ${answer.slice(0, 300)}${advice}`);
}
