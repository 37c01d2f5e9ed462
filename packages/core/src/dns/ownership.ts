import { createHash } from "node:crypto";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { DnsRecordSet, DnsRecordType, DnsZoneContents } from "../ports/dns/index.ts";
import { err, ok, type Result } from "../result/index.ts";

/**
 * Who a record belongs to is kept in the zone itself, so that it is known wherever the zone goes: beside `www.example.com`
 * there is a TXT set `_hostelry.www.example.com` with one value for each record that is somebody's. A record without a
 * marker is the zone's own user's. Markers are of single values, for a set may have values of several owners: the
 * verifications at a zone's own name.
 */
const markerLabel = "_hostelry";
const wildcardLabel = "_wildcard";
const marker = /^hostelry owner=([A-Za-z0-9._:-]{1,64}) type=([A-Z]+) value=([0-9a-f]{16})$/;

/** Whose a record is: 1 to 64 of `A-Z a-z 0-9 . _ : -`, e.g. `site:acme`. */
export type DnsOwner = string;

/** A marker, read. */
export interface DnsMarker {
  readonly owner: DnsOwner;
  readonly type: string;
  /** Of the value. */
  readonly digest: string;
}

/** Whether a text can be an owner; `INVALID_INPUT` otherwise. */
export function checkDnsOwner(owner: string): Result<DnsOwner, HostingErrorOf<"INVALID_INPUT">> {
  if (/^[A-Za-z0-9._:-]{1,64}$/.test(owner)) return ok(owner);
  const problem = "is not 1 to 64 of A-Z a-z 0-9 . _ : -";
  return err(hostingError("INVALID_INPUT", `The owner ${problem}.`, { field: "owner", problem }));
}

/** The name that has the markers of a name's records. */
export function markerNameOf(name: string): string {
  return `${markerLabel}.${name.startsWith("*.") ? `${wildcardLabel}.${name.slice(2)}` : name}`;
}

/** Whether a name is one that has markers. */
export function isMarkerName(name: string): boolean {
  return name.startsWith(`${markerLabel}.`);
}

/** The value of the TXT record that is a marker. */
export function markerText({ owner, type, digest }: DnsMarker): string {
  return `hostelry owner=${owner} type=${type} value=${digest}`;
}

/** Reads a marker; `undefined` when it is none. */
export function readMarker(text: string): DnsMarker | undefined {
  const [, owner, type, digest] = marker.exec(text) ?? [];
  return owner === undefined || type === undefined || digest === undefined ? undefined : { owner, type, digest };
}

/** Tells whose the records of a zone are. */
export interface DnsOwnership {
  /** The owners of a value; none: it is the user's. */
  ownersOf(name: string, type: DnsRecordType, value: string): readonly DnsOwner[];
  /** The markers for a name's records of a type. */
  markersOf(name: string, type: DnsRecordType): readonly DnsMarker[];
  /** Names and types that an owner has markers for, `[name, type]`. */
  setsOf(owner: DnsOwner): readonly (readonly [string, DnsRecordType])[];
}

/** Reads all markers of a zone. */
export function dnsOwnership({ sets }: Pick<DnsZoneContents, "sets">): DnsOwnership {
  const markers = new Map<string, readonly DnsMarker[]>();
  for (const { name, type, values } of sets) {
    if (type === "TXT" && isMarkerName(name))
      markers.set(
        name,
        values.flatMap((value) => readMarker(value) ?? []),
      );
  }
  const markersOf: DnsOwnership["markersOf"] = (name, type) =>
    (markers.get(markerNameOf(name)) ?? []).filter((each) => each.type === type);
  return {
    markersOf,
    ownersOf: (name, type, value) => {
      const digest = digestOf(value);
      return markersOf(name, type).flatMap((each) => (each.digest === digest ? [each.owner] : []));
    },
    setsOf: (owner) =>
      [...markers].flatMap(([name, list]) => {
        const types = new Set(list.flatMap((each) => (each.owner === owner ? [each.type] : [])));
        return [...types].map((type) => [markedName(name), type as DnsRecordType] as const);
      }),
  };
}

/** Whether a set is one of markers. */
export function isMarkerSet({ name, type }: Pick<DnsRecordSet, "name" | "type">): boolean {
  return type === "TXT" && isMarkerName(name);
}

/** The short digest by which a marker names a value. */
export function digestOf(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 16);
}

function markedName(name: string): string {
  const rest = name.slice(markerLabel.length + 1);
  return rest.startsWith(`${wildcardLabel}.`) ? `*.${rest.slice(wildcardLabel.length + 1)}` : rest;
}
