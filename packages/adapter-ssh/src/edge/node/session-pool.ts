import { hasCode, type Transport } from "@hostelry/core/adapter";
import type { Answer } from "./answer.ts";
import { type NodeRequest, type NodeSession, type NodeSessionOptions, nodeSession } from "./node-session.ts";

/** Sessions with one node, kept for the next request. */
export interface SessionPool {
  /**
   * Asks on a session that is free, or on a new one. A request marked `again` is asked once more when a session that had
   * been kept turns out to be broken: its connection may have ended long ago.
   */
  ask(request: PoolRequest): Promise<Answer>;
  /** Starts a session for the next request, while nobody waits. */
  warmUp(): void;
  /** Ends all sessions; one that is working, too. */
  close(): Promise<void>;
}

/** What is known of the way to the node when a request is made. */
export interface Way {
  /** How long the quickest start of a session took over a connection that stood: twice the way there and back, and a little. */
  readonly startedInMs: number;
  /** For how long nothing was heard on the session; 0 for a new one. */
  readonly silentMs: number;
}

/** A request, or how to make it once the session is there: it may depend on the way. */
export interface PoolRequest {
  readonly request: NodeRequest | ((way: Way) => NodeRequest | Promise<NodeRequest>);
  /** Looked at when it has failed. */
  readonly again?: boolean | (() => boolean) | undefined;
}

/** How many sessions are kept and used. */
export interface SessionPoolOptions extends NodeSessionOptions {
  /** At most so many at once; more requests wait. sshd allows ten to a connection unless it is told otherwise. */
  readonly maxSessions: number;
}

/** Sessions with the node behind a transport. */
export function sessionPool(transport: Transport, options: SessionPoolOptions): SessionPool {
  const idle: NodeSession[] = [];
  const all = new Set<NodeSession>();
  const waiting: (() => void)[] = [];
  const background = new Set<Promise<unknown>>();
  let used = 0;
  let closed = false;
  /** The shortest start of a session: the one with the least noise in it. */
  let startedInMs = Number.POSITIVE_INFINITY;

  const behind = (work: Promise<unknown>): void => {
    background.add(work);
    const forget = (): void => {
      background.delete(work);
    };
    // A session that can't be opened or ended now: the next request meets the reason, or does without it.
    work.then(forget, forget);
  };

  const open = async (): Promise<NodeSession> => {
    const session = await nodeSession(transport, options);
    all.add(session);
    startedInMs = Math.min(startedInMs, session.startedInMs);
    return session;
  };

  const takeTurn = async (): Promise<void> => {
    while (used >= options.maxSessions) await new Promise<void>((resolve) => waiting.push(resolve));
    used += 1;
  };

  // Others may use the same connection: a session that is kept there for later must keep nobody out.
  const isCrowded = (): boolean => transport.crowd?.isCrowded() === true;
  const forgetCrowd = transport.crowd?.onCrowded(() => {
    const session = idle.shift();
    if (session !== undefined) drop(session);
    return session !== undefined;
  });

  const giveBack = (session: NodeSession | undefined): void => {
    used -= 1;
    if (session?.open === true && !closed && !isCrowded()) idle.push(session);
    else if (session !== undefined) drop(session);
    waiting.shift()?.();
  };

  const drop = (session: NodeSession): void => {
    all.delete(session);
    behind(session.stop());
  };

  const askOnce = async ({ request }: PoolRequest): Promise<{ answer: Answer } | { broken: unknown }> => {
    await takeTurn();
    let session: NodeSession | undefined;
    try {
      session = idle.pop();
      const kept = session !== undefined;
      session ??= await open();
      try {
        const way = { startedInMs, silentMs: session.silentMs };
        return { answer: await session.ask(typeof request === "function" ? await request(way) : request) };
      } catch (cause) {
        if (kept && hasCode(cause, "TRANSPORT_LOST")) return { broken: cause };
        throw cause;
      }
    } finally {
      giveBack(session);
    }
  };

  return {
    ask: async (request) => {
      const first = await askOnce(request);
      if ("answer" in first) return first.answer;
      const { again = false } = request;
      if (!(typeof again === "function" ? again() : again)) throw first.broken;
      // The others of its age are broken as well.
      for (const session of idle.splice(0)) drop(session);
      const second = await askOnce(request);
      if ("answer" in second) return second.answer;
      throw second.broken;
    },

    warmUp: () => {
      if (closed || idle.length > 0 || used >= options.maxSessions || isCrowded()) return;
      used += 1;
      const opening = open().then(giveBack, () => giveBack(undefined));
      behind(opening);
    },

    close: async () => {
      closed = true;
      forgetCrowd?.();
      idle.length = 0;
      await Promise.allSettled([...all].map((session) => session.stop()));
      await Promise.allSettled([...background]);
    },
  };
}
