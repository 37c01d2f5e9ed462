/** What every transport needs, whatever it is made of. */
export { gatherOutput } from "./gather-output.ts";
export { inTurn } from "./in-turn.ts";
export { posixQuoted } from "./posix-quote.ts";
export type { ProcessEnd, ProcessPipes } from "./process-pipes.ts";
export { remotePath } from "./remote-path.ts";
export { type Stoppable, stoppable } from "./stoppable.ts";
export { groupAnnouncement, supervisedCommand, supervisedLine } from "./supervised-command.ts";
export { type ProcessContext, type SupervisedProcess, transportProcess } from "./transport-process.ts";
export { untilAborted } from "./until-aborted.ts";
