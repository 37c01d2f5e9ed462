import { appendFile, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  adapterError,
  attempt,
  ok,
  type ResourceError,
  type ResourceObservation,
  type ResourceProvider,
  type ResourceStep,
  type ResultAsync,
} from "@hostelry/core/adapter";

/** What a {@link directoryProvider} is made of. */
export interface DirectoryProviderOptions {
  readonly place: string;
  /** Below it, `<place>/<key>`; and `log`, in which every step says when it begins, ends, or meets what should not be there. */
  readonly root: string;
  /** Who it works for, for the log. */
  readonly holder: string;
  /** Called in the midst of a step, before its effect. */
  readonly within: (step: string, key: string) => Promise<void>;
}

const names = ["make-account", "make-room", "put-up-sign"] as const;

/**
 * Resources on the disk, in three steps: a directory, one in it, and one in that. Each is made by one call, which the file system does once
 * and refuses to do twice, so a process that is killed in a step has done it or not. Several processes may have the same.
 */
export function directoryProvider({ place, root, holder, within }: DirectoryProviderOptions): ResourceProvider {
  const name = "directory";
  const note = (line: string): Promise<void> => appendFile(join(root, "log"), `${place} ${holder} ${line}\n`);
  const failed =
    (operation: string) =>
    (cause: unknown): ResourceError =>
      adapterError(cause, { adapter: name, operation, state: "unknown" });
  const apply = async (step: ResourceStep, key: string): Promise<void> => {
    await note(`begin ${step.name} ${key}`);
    await within(step.name, key);
    try {
      await effectOf(step.name, join(root, place, key));
    } catch (cause) {
      await note(`refused ${step.name} ${key}`);
      throw cause;
    }
    await note(`end ${step.name} ${key}`);
  };
  return {
    spec: "resource/1",
    name,
    kind: "site",
    place,
    capabilities: { serial: true, changes: false, removes: false, secrets: [] },
    check: (resource) => ok(resource),
    observe: ({ key }) => attempt(() => observed(join(root, place, key)), failed("observe")),
    plan: ({ observation }) => {
      const there = observation.status === "different" ? observation.facts["pieces"] : 0;
      const todo = names.slice(observation.status === "same" ? names.length : Number(there));
      return ok(todo.map((step) => ({ name: step, title: `Do ${step}.`, effect: "once" })));
    },
    apply: ({ step, resource }): ResultAsync<{ readonly state: "changed" }, ResourceError> =>
      attempt(() => apply(step, resource.key), failed(step.name)).map(() => ({ state: "changed" })),
  };
}

async function effectOf(step: string, directory: string): Promise<void> {
  if (step === "make-account") await mkdir(directory);
  else if (step === "make-room") await mkdir(join(directory, "room"));
  else await mkdir(join(directory, "room", "sign"));
}

async function observed(directory: string): Promise<ResourceObservation> {
  const [account, room] = [await isThere(directory), await isThere(join(directory, "room"))];
  if (!account) return { status: "absent" };
  const sign = room && (await isThere(join(directory, "room", "sign")));
  if (sign) return { status: "same", facts: { sign: join("room", "sign") } };
  const field = room ? "sign" : "room";
  const differences = [{ field, expected: true, actual: null, remedy: "change" }] as const;
  return { status: "different", facts: { pieces: room ? 2 : 1 }, differences };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return false;
      throw cause;
    },
  );
}
