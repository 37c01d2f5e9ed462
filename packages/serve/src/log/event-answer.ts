import type { Clock } from "@hostelry/core/adapter";
import type { HeaderList } from "../answer/reply.ts";
import type { SiteRequest } from "../answer/site-request.ts";

/** A request that is answered without a stream, or with one. */
export interface EventAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  /** Makes the text. Its client is gone when the signal fires, which has to happen in the end. */
  readonly body?: ((gone: AbortSignal) => AsyncGenerator<string, void, undefined>) | undefined;
  /** To be called once the answer is over. */
  readonly done?: (() => void) | undefined;
}

/** What both faces need. */
export interface EventAnswerer {
  answer(request: SiteRequest): Promise<EventAnswer>;
  report(request: SiteRequest, cause: unknown): void;
  readonly clock: Clock;
  readonly stallMs: number;
}
