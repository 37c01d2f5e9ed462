/** `@hostelry/testing/cloudpanel`: a machine that looks like a CloudPanel server, for one test. */
export type { PanelCall, PanelOrder } from "./cloudpanel/emulator-logs.ts";
export {
  type PanelCertificateRefusal,
  type PanelFault,
  type PanelFaultKind,
  type PanelHost,
  type PanelHostOptions,
  type PanelSurroundings,
  startPanelHost,
} from "./cloudpanel/panel-host.ts";
export { panelHostProblem } from "./cloudpanel/panel-host-problem.ts";
export { type PanelTranscript, panelTranscripts } from "./cloudpanel/panel-transcripts.ts";
