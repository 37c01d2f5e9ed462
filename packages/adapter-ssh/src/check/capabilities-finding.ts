import type { Transport, TransportCapabilities } from "@hostelry/core/adapter";
import type { NodeFinding } from "./node-report.ts";

const needed: Readonly<Record<"edge" | "sftp", readonly (keyof TransportCapabilities)[]>> = {
  edge: ["exec"],
  sftp: ["files", "atomicRename"],
};

/** Whether the transport is allowed what publishing needs; by declaration, the trying comes after. */
export function capabilitiesFinding({ capabilities }: Transport, kind: "edge" | "sftp"): NodeFinding {
  const names = Object.keys(capabilities).sort() as (keyof TransportCapabilities)[];
  const has = names.filter((name) => capabilities[name]);
  const lacks = needed[kind].filter((name) => !capabilities[name]);
  const facts = { kind, has, lacks };
  if (lacks.length === 0) {
    const message = kind === "edge" ? "programs can be run" : `files can be moved${limits(capabilities)}`;
    return { check: "capabilities", status: "ok", message, facts };
  }
  const message = `it is declared that this account can do no ${lacks.join(", ")}`;
  const nextStep = "Take that from the transport's `without`, or publish by SFTP alone (kind `sftp`).";
  return { check: "capabilities", status: "failed", message, nextStep, facts };
}

function limits({ hardLinks, flush }: TransportCapabilities): string {
  const lacks = [...(hardLinks ? [] : ["hard links"]), ...(flush ? [] : ["flushing to the disk"])];
  return lacks.length === 0 ? "" : `, without ${lacks.join(" and ")}`;
}
