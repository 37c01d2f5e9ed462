import { type FaultPlace, strikes } from "./fail-at.ts";
import { intercept } from "./intercept.ts";

/**
 * The port, with `crash` called before or after some calls. A test of crash safety counts the calls of a clean run, and
 * then, in a child process, crashes at each: `crashAt(target, { call: n }, () => process.kill(process.pid, "SIGKILL"))`.
 * When `crash` returns, the call goes on.
 */
export function crashAt<P extends object>(port: P, place: FaultPlace, crash: (method: string) => void): P {
  return intercept(port, async (call, proceed) => {
    const struck = strikes(place, call);
    if (struck && place.when !== "after") crash(call.method);
    const answer = await proceed();
    if (struck && place.when === "after") crash(call.method);
    return answer;
  });
}
