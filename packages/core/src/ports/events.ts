import type { AuditDraft } from "../audit/audit-entry.ts";

/** Something that has happened and is recorded: the audit entry of it, for the host's own listeners. */
export type HostingEvent = AuditDraft;

/**
 * Where core tells the host what has happened, after it is recorded. At most once: an event is lost when the process
 * dies between record and call; read `audit.list` after a cursor for a complete stream.
 */
export interface Events {
  /** Called in the order of recording. A throw is reported to `createHosting`'s `onListenerError` and changes nothing. */
  emit(event: HostingEvent): void;
}
