import { type CallOptions, err, flow, ok, type ResultAsync } from "@hostelry/core/adapter";
import { checkPanelField } from "../command/panel-fields.ts";
import type { PanelSession } from "../host/panel-session.ts";
import { type PanelError, panelRefused } from "../panel-errors.ts";

/** Sets the password of a site's system user. It goes through the input and appears in no argument list. */
export function setSitePassword(
  session: PanelSession,
  { user, password }: { readonly user: string; readonly password: string },
  { signal }: CallOptions,
): ResultAsync<void, PanelError> {
  return flow(async function* () {
    yield* checkPanelField("siteUser", user);
    yield* checkPanelField("siteUserPassword", password);
    const report = yield* session.ask(["password", user], { signal, changes: true, input: `${password}\n` });
    if (report.one("refused") === undefined) return ok(undefined);
    return err(panelRefused(session.name, "password", [{ field: "siteUser", problem: "missing" }]));
  });
}
