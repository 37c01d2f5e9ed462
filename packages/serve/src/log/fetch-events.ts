import type { Clock } from "@hostelry/core/adapter";
import type { SiteRequest } from "../answer/site-request.ts";
import { fetchHeaders, fetchRequest } from "../faces/fetch-request.ts";
import type { EventAnswerer } from "./event-answer.ts";

/** Answers with a WHATWG response. */
export async function fetchEvents(answerer: EventAnswerer, incoming: Request): Promise<Response> {
  const gone = new AbortController();
  const request = fetchRequest(incoming, gone.signal);
  const { status, headers, body, done } = await answerer.answer(request);
  const leave = (): void => {
    gone.abort();
    done?.();
  };
  const content = body === undefined ? null : eventStream(answerer, request, body(request.signal()), leave);
  return new Response(content, { status, headers: fetchHeaders(headers) });
}

/** Text on demand. A consumer that asks for nothing for too long is cut off. */
function eventStream(
  { clock, stallMs, report }: EventAnswerer,
  request: SiteRequest,
  events: AsyncGenerator<string, void, undefined>,
  leave: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const stall = stallWatch(clock, stallMs);
  const end = (): void => {
    stall.rest();
    leave();
    events.return().catch((cause: unknown) => report(request, cause));
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        request.signal().addEventListener("abort", leave, { once: true });
        stall.onStall = () => {
          end();
          controller.error(new Error("Nobody has read this event stream for too long."));
        };
        stall.watch();
      },
      async pull(controller) {
        stall.rest();
        try {
          const step = await events.next();
          if (step.done === true) {
            end();
            controller.close();
            return;
          }
          controller.enqueue(encoder.encode(step.value));
          stall.watch();
        } catch (cause) {
          if (!request.signal().aborted) report(request, cause);
          end();
          controller.error(cause);
        }
      },
      cancel: end,
    },
    // Nothing is made ahead of who reads it.
    { highWaterMark: 0 },
  );
}

interface StallWatch {
  onStall: () => void;
  /** Begins to count. */
  watch(): void;
  /** Counts no more. */
  rest(): void;
}

function stallWatch(clock: Clock, milliseconds: number): StallWatch {
  let resting = new AbortController();
  const watching: StallWatch = {
    onStall: () => undefined,
    watch: () => {
      const { signal } = resting;
      void clock.sleep(milliseconds, signal).then(() => {
        if (!signal.aborted) watching.onStall();
      });
    },
    rest: () => {
      resting.abort();
      resting = new AbortController();
    },
  };
  return watching;
}
