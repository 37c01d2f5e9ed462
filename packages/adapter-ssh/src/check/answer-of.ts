import {
  err,
  type HostingErrorOf,
  hasCode,
  ok,
  type Result,
  ResultAsync,
  type TransportFileError,
} from "@hostelry/core/adapter";

/** What a call answered, also when that is an error, for then it is something to tell. Only the caller's own end is one here. */
export function answerOf<T, E extends TransportFileError>(
  call: ResultAsync<T, E>,
): ResultAsync<Result<T, E>, HostingErrorOf<"ABORTED">> {
  return ResultAsync.fromSafePromise(call).andThen((answer) =>
    answer.isErr() && hasCode(answer.error, "ABORTED") ? err(answer.error) : ok(answer),
  );
}
