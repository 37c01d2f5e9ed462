import {
  type AdapterError,
  attempt,
  type CallOptions,
  type Clock,
  type DnsChangeError,
  type DnsZoneError,
  err,
  errAsync,
  flow,
  hostingError,
  ok,
  okAsync,
  type ResultAsync,
  zoneChanged,
} from "@hostelry/core/adapter";
import type { WriteOutcome } from "../zone/change-zone.ts";
import { invalid, zoneNotFound } from "../zone/zone-names.ts";
import { plainId, plainName, storedName } from "./route53-names.ts";
import {
  failureOf,
  isRefusal,
  type Route53Failure,
  type Route53Refusal,
  refusedCall,
  route53Name,
  said,
} from "./route53-refusal.ts";
import type {
  Route53CallOptions,
  Route53Change,
  Route53HostedZone,
  Route53RecordSet,
  Route53Sdk,
} from "./route53-sdk.ts";

/** A hosted zone, with its names in the port's form. */
export interface HostedZone {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly callerReference: string;
}

/** The calls that we need, with their errors told apart. */
export interface Route53Api {
  /** All hosted zones, or those of one name. */
  zones(name: string | undefined, options: CallOptions): ResultAsync<readonly HostedZone[], AdapterError>;
  /** All record sets of a zone, or of one name. */
  recordSets(
    zone: HostedZone,
    name: string | undefined,
    options: CallOptions,
  ): ResultAsync<readonly Route53RecordSet[], DnsZoneError>;
  change(
    zone: HostedZone,
    changes: readonly Route53Change[],
    options: CallOptions,
  ): ResultAsync<WriteOutcome, DnsChangeError>;
  /** `undefined`: there is one already that it can't stand beside. */
  makeZone(
    request: { readonly name: string; readonly callerReference: string; readonly delegationSetId: string },
    options: CallOptions,
  ): ResultAsync<HostedZone | undefined, AdapterError | ReturnType<typeof invalid>>;
}

/** Before it is asked again, after the client has given up: some seconds together, then it is the caller's to wait. */
const pausesMs = [500, 1000, 2000, 4000];
const mostPages = 1000;
/** What a page has when it is one name that is looked for: what comes after it is thrown away. */
const someZones = 10;
const someSets = 50;
/** What the client can't read has no name but its status: until 2024 the service told refused batches in a form of their own. */
const batchRefusal = /^(InvalidChangeBatch|Unknown(Error)?|400)$/;

/** The service behind a client. */
export function route53Api(sdk: Route53Sdk, timeoutMs: number, clock: Clock): Route53Api {
  /** Asks until it is answered with something else than "later". What is refused so was not done, and may be repeated. */
  const ask = <T>(
    operation: string,
    writes: boolean,
    request: (options: Route53CallOptions) => Promise<T>,
    { signal }: CallOptions,
    before: { readonly turns: number; readonly repeated: boolean } = { turns: 0, repeated: false },
  ): ResultAsync<T, Route53Failure> =>
    once({ operation, writes, timeoutMs, signal }, request).orElse((failure) => {
      if (!isRefusal(failure)) return errAsync(failure);
      const repeated = before.repeated || failure.repeated;
      const pauseMs = failure.busy ? pausesMs[before.turns] : undefined;
      if (pauseMs === undefined) return errAsync<T, Route53Failure>({ ...failure, repeated });
      const turns = before.turns + 1;
      return after(clock.sleep(pauseMs * (0.5 + Math.random()), signal)).andThen(() =>
        ask(operation, writes, request, { signal }, { turns, repeated }),
      );
    });
  const reading = <T>(
    operation: string,
    request: (options: Route53CallOptions) => Promise<T>,
    options: CallOptions,
  ): ResultAsync<T, AdapterError> =>
    ask(operation, false, request, options).mapErr((failure) =>
      isRefusal(failure) ? refusedCall(failure, operation) : failure,
    );
  return {
    zones: (name, options) =>
      flow(async function* () {
        const operation = name === undefined ? "listZones" : "getZone";
        const zones: HostedZone[] = [];
        let start: Parameters<Route53Sdk["listHostedZonesByName"]>[0] =
          name === undefined ? {} : { DNSName: storedName(name), MaxItems: someZones };
        for (let page = 0; page < mostPages; page += 1) {
          const from = start;
          const answer = yield* reading(operation, (call) => sdk.listHostedZonesByName(from, call), options);
          const { HostedZones = [], IsTruncated, NextDNSName, NextHostedZoneId } = answer;
          zones.push(...HostedZones.map(zoneOf).filter((zone) => name === undefined || zone.name === name));
          const onward = IsTruncated === true && NextDNSName !== undefined;
          // From a name on, in order: those of that name come first.
          if (!onward || (name !== undefined && plainName(NextDNSName) !== name)) return ok(zones);
          start = {
            DNSName: NextDNSName,
            ...(NextHostedZoneId === undefined ? {} : { HostedZoneId: NextHostedZoneId }),
          };
        }
        return err(noEnd(operation));
      }),
    recordSets: (zone, name, options) =>
      flow(async function* () {
        const operation = "listRecordSets";
        const sets: Route53RecordSet[] = [];
        const HostedZoneId = zone.id;
        let start: Parameters<Route53Sdk["listResourceRecordSets"]>[0] =
          name === undefined
            ? { HostedZoneId }
            : { HostedZoneId, StartRecordName: storedName(name), MaxItems: someSets };
        for (let page = 0; page < mostPages; page += 1) {
          const from = start;
          const answer: Awaited<ReturnType<Route53Sdk["listResourceRecordSets"]>> = yield* ask(
            operation,
            false,
            (call) => sdk.listResourceRecordSets(from, call),
            options,
          ).mapErr((failure) => zoneFailure(failure, zone.name, operation));
          const { ResourceRecordSets = [], IsTruncated, NextRecordName, NextRecordType, NextRecordIdentifier } = answer;
          sets.push(...ResourceRecordSets.filter((set) => name === undefined || plainName(set.Name ?? "") === name));
          const onward = IsTruncated === true && NextRecordName !== undefined;
          if (!onward || (name !== undefined && plainName(NextRecordName) !== name)) return ok(sets);
          start = {
            HostedZoneId,
            StartRecordName: NextRecordName,
            ...(NextRecordType === undefined ? {} : { StartRecordType: NextRecordType }),
            ...(NextRecordIdentifier === undefined ? {} : { StartRecordIdentifier: NextRecordIdentifier }),
          };
        }
        return err(noEnd(operation));
      }),
    change: (zone, changes, options) => {
      const operation = "applyChanges";
      const request = { HostedZoneId: zone.id, ChangeBatch: { Changes: changes } };
      return ask(operation, true, (call) => sdk.changeResourceRecordSets(request, call), options)
        .map((): WriteOutcome => ({ written: true }))
        .orElse((failure) => {
          if (!isRefusal(failure) || !batchRefusal.test(failure.code)) {
            return errAsync(zoneFailure(failure, zone.name, operation));
          }
          return batchRefused(zone.name, failure);
        });
    },
    makeZone: ({ name, callerReference, delegationSetId }, options) => {
      const operation = "createZone";
      const request = { Name: `${name}.`, CallerReference: callerReference, DelegationSetId: delegationSetId };
      return ask(operation, true, (call) => sdk.createHostedZone(request, call), options)
        .map((answer): HostedZone | undefined => zoneOf(answer.HostedZone ?? {}))
        .orElse((failure) => {
          if (!isRefusal(failure)) return errAsync(failure);
          const { code, messages } = failure;
          if (code === "ConflictingDomainExists" || code === "HostedZoneAlreadyExists") return okAsync(undefined);
          if (code === "InvalidDomainName" || code === "InvalidInput") {
            return errAsync(invalid("name", `is refused: ${said(code, messages)}`));
          }
          return errAsync(refusedCall(failure, operation));
        });
    },
  };
}

function after(pause: Promise<void>): ResultAsync<void, never> {
  return flow(async function* () {
    await pause;
    yield* ok(undefined);
    return ok(undefined);
  });
}

/** One call of the client, which asks several times by itself. Over when its caller leaves, also where the client goes on. */
function once<T>(
  asked: {
    readonly operation: string;
    readonly writes: boolean;
    readonly timeoutMs: number;
    readonly signal: AbortSignal | undefined;
  },
  request: (options: Route53CallOptions) => Promise<T>,
): ResultAsync<T, Route53Failure> {
  const { timeoutMs, signal } = asked;
  const limit = AbortSignal.timeout(timeoutMs);
  const abortSignal = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const start = async (): Promise<T> => {
    abortSignal.throwIfAborted();
    let leave = (): void => undefined;
    const over = new Promise<never>((_, reject) => {
      leave = () => reject(abortSignal.reason);
    });
    abortSignal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([request({ abortSignal }), over]);
    } finally {
      abortSignal.removeEventListener("abort", leave);
    }
  };
  return attempt(start, (cause) => failureOf(cause, { ...asked, limit }));
}

/** What a refused batch comes to. */
function batchRefused(zone: string, refusal: Route53Refusal): ResultAsync<WriteOutcome, DnsChangeError> {
  const { code, messages, repeated } = refusal;
  const conflict = messages.find((message) => /conflict/i.test(message) && /\bCNAME\b/.test(message));
  if (conflict !== undefined) {
    const [, type = "", name = zone] = /type (\w+) with DNS name (\S+)/.exec(conflict) ?? [];
    const problem = said(code, [conflict]);
    const message = `A change of ${zone} conflicts with what is there: ${problem}.`;
    const details = { provider: route53Name, zone, name: plainName(name), type, problem };
    return errAsync(hostingError("DNS_CONFLICT", message, details));
  }
  const raced = messages.find((message) => /already exists|not found|do not match/.test(message));
  if (raced !== undefined) {
    const [, name = zone, type = ""] = /name='([^']*)', type='([^']*)'/.exec(raced) ?? [];
    const changed = `${plainName(name)} ${type}`.trim();
    // If the client has asked before, it may have been itself who was faster.
    return okAsync({ written: false, perhaps: repeated, refused: zoneChanged(route53Name, zone, changed) });
  }
  const refused = invalid("changes", `are refused: ${said(code, messages)}`);
  // Without a word, it may be that somebody was faster: to be seen by looking again.
  return messages.length === 0 ? okAsync({ written: false, perhaps: repeated, refused }) : errAsync(refused);
}

function zoneFailure(failure: Route53Failure, zone: string, operation: string): DnsZoneError {
  if (!isRefusal(failure)) return failure;
  if (failure.code === "NoSuchHostedZone") return zoneNotFound(route53Name, zone);
  if (failure.code === "InvalidInput") return invalid("request", `is refused: ${said(failure.code, failure.messages)}`);
  return refusedCall(failure, operation);
}

function zoneOf({ Id = "", Name = "", CallerReference = "", Config }: Route53HostedZone): HostedZone {
  const isPrivate = Config?.PrivateZone === true;
  return { id: plainId(Id), name: plainName(Name), isPrivate, callerReference: CallerReference };
}

function noEnd(operation: string): AdapterError {
  const message = `${route53Name} could not ${operation}: there is no end to the pages.`;
  return hostingError("ADAPTER_FAILED", message, { adapter: route53Name, operation, state: "unchanged" });
}
