import type { IncomingMessage } from "node:http";
import { answerText } from "./answer-document.ts";
import type { GetOptions, ObjectContent, ObjectFacts, ReadOutcome } from "./object-client.ts";
import { objectFacts } from "./object-headers.ts";
import { storeFailure } from "./store-failure.ts";
import { refusalOf } from "./store-refusal.ts";
import type { StoreRequests } from "./store-requests.ts";

/** How often a body that breaks is taken up again without a single byte in between. */
const fruitlessAttempts = 4;

/** Looks at an object without reading it. */
export function headObject(
  requests: StoreRequests,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ReadOutcome<ObjectFacts>> {
  return requests.ask<ReadOutcome<ObjectFacts>>({
    operation: "head",
    request: { method: "HEAD", key },
    expects: [200, 404],
    signal,
    read: ({ status, headers, body }) => {
      body.resume();
      return status === 404 ? { outcome: "absent" } : { outcome: "found", ...objectFacts(key, headers) };
    },
  });
}

interface Opened {
  readonly facts: ObjectFacts;
  readonly message: IncomingMessage;
  /** Bytes that this body has to have. */
  readonly length: number;
}

/** Opens an object for reading. */
export async function getObject(
  requests: StoreRequests,
  key: string,
  { range, ifNoneMatch, signal }: GetOptions,
): Promise<ReadOutcome<ObjectContent>> {
  const { start = 0, end } = range ?? {};
  if (end !== undefined && end <= start) return emptyPart(await headObject(requests, key, signal));

  const open = (from: number): Promise<Opened | "absent" | "unmodified" | "beyond"> =>
    requests.ask<Opened | "absent" | "unmodified" | "beyond">({
      operation: "get",
      request: {
        method: "GET",
        key,
        headers: {
          ...(from === 0 && end === undefined ? {} : { range: `bytes=${from}-${end === undefined ? "" : end - 1}` }),
          ...(ifNoneMatch === undefined || from > start ? {} : { "if-none-match": `"${ifNoneMatch}"` }),
        },
      },
      expects: [200, 206, 304, 404, 416],
      signal,
      read: async (answer) => {
        const { status, headers, body } = answer;
        if (status === 404) {
          const refusal = await refusalOf(answer);
          if (refusal.facts.code === "NoSuchBucket") throw refusal;
          return "absent";
        }
        if (status === 304 || status === 416) {
          await answerText(body);
          return status === 304 ? "unmodified" : "beyond";
        }
        // A store that takes no notice of ranges gives the whole object.
        if (status === 200 && from > 0) {
          body.destroy();
          throw new Error("The store took no notice of a range.");
        }
        return {
          facts: objectFacts(key, headers),
          message: body,
          length: Number(headers["content-length"] ?? Number.NaN),
        };
      },
    });

  const first = await open(start);
  if (first === "absent" || first === "unmodified") return { outcome: first };
  if (first === "beyond") return emptyPart(await headObject(requests, key, signal));

  const { facts, length: wanted } = first;
  let current: Opened | undefined = first;
  const failed = (cause: unknown): unknown =>
    storeFailure(cause, {
      adapter: requests.name,
      place: requests.address.place,
      operation: "get",
      state: "unchanged",
      signal,
    });

  async function* body(): AsyncGenerator<Uint8Array, void> {
    let read = 0;
    let fruitless = 0;
    try {
      while (current !== undefined) {
        try {
          for await (const chunk of current.message as AsyncIterable<Uint8Array>) {
            signal?.throwIfAborted();
            read += chunk.length;
            fruitless = 0;
            yield chunk;
          }
          if (Number.isNaN(wanted) || read >= wanted) return;
          throw new Error(`The body ended after ${read} of ${wanted} bytes.`);
        } catch (cause) {
          fruitless += 1;
          if (signal?.aborted === true) throw signal.reason;
          if (fruitless >= fruitlessAttempts || Number.isNaN(wanted)) throw cause;
        }
        const again: Awaited<ReturnType<typeof open>> = await open(start + read);
        current = typeof again === "string" ? undefined : again;
        if (current === undefined || current.facts.etag !== facts.etag) {
          throw new Error("The object was changed or removed while it was read.");
        }
      }
    } catch (cause) {
      throw failed(cause);
    } finally {
      current?.message.destroy();
    }
  }

  return { outcome: "found", ...facts, body: body(), discard: () => void current?.message.destroy() };
}

function emptyPart(head: ReadOutcome<ObjectFacts>): ReadOutcome<ObjectContent> {
  if (head.outcome !== "found") return head;
  return { ...head, body: nothing(), discard: () => {} };
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
