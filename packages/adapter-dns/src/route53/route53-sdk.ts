// What the adapter needs of Amazon's client, in its own words: `new Route53(…)` of @aws-sdk/client-route-53 is one. Fields
// are called as there.

/** Options of a call of the client. */
export interface Route53CallOptions {
  readonly abortSignal: AbortSignal;
}

/** A hosted zone. */
export interface Route53HostedZone {
  /** With or without `/hostedzone/` before it. */
  readonly Id?: string | undefined;
  /** Ends with a dot. */
  readonly Name?: string | undefined;
  /** What its maker called the request. */
  readonly CallerReference?: string | undefined;
  readonly Config?: { readonly PrivateZone?: boolean | undefined } | undefined;
}

/**
 * A record set. One that has more than these four fields is an alias into Amazon's cloud, or one of several that share a name
 * and a type.
 */
export interface Route53RecordSet {
  /** Ends with a dot; `\052` is `*`. */
  readonly Name?: string | undefined;
  readonly Type?: string | undefined;
  readonly TTL?: number | undefined;
  readonly ResourceRecords?: readonly { readonly Value?: string | undefined }[] | undefined;
}

/** One change of a batch. `DELETE` needs the set exactly as it is, `CREATE` that there is none. */
export interface Route53Change {
  readonly Action: "CREATE" | "DELETE" | "UPSERT" | undefined;
  readonly ResourceRecordSet: Route53RecordSet | undefined;
}

/**
 * The calls of Amazon's client that the adapter makes. `new Route53({ region: "us-east-1" })` of `@aws-sdk/client-route-53`
 * has them; so may anything else that rejects with errors that are named as there.
 */
export interface Route53Sdk {
  changeResourceRecordSets(
    request: {
      readonly HostedZoneId: string | undefined;
      readonly ChangeBatch: { readonly Changes: readonly Route53Change[] | undefined } | undefined;
    },
    options?: Route53CallOptions,
  ): Promise<unknown>;
  /** Needed for `createZone` only. */
  createHostedZone(
    request: {
      readonly Name: string | undefined;
      readonly CallerReference: string | undefined;
      readonly DelegationSetId?: string | undefined;
    },
    options?: Route53CallOptions,
  ): Promise<{ readonly HostedZone?: Route53HostedZone | undefined }>;
  listHostedZonesByName(
    request: {
      readonly DNSName?: string | undefined;
      readonly HostedZoneId?: string | undefined;
      readonly MaxItems?: number | undefined;
    },
    options?: Route53CallOptions,
  ): Promise<{
    readonly HostedZones?: readonly Route53HostedZone[] | undefined;
    readonly IsTruncated?: boolean | undefined;
    readonly NextDNSName?: string | undefined;
    readonly NextHostedZoneId?: string | undefined;
  }>;
  listResourceRecordSets(
    request: {
      readonly HostedZoneId: string | undefined;
      readonly StartRecordName?: string | undefined;
      readonly StartRecordType?: string | undefined;
      readonly StartRecordIdentifier?: string | undefined;
      readonly MaxItems?: number | undefined;
    },
    options?: Route53CallOptions,
  ): Promise<{
    readonly ResourceRecordSets?: readonly Route53RecordSet[] | undefined;
    readonly IsTruncated?: boolean | undefined;
    readonly NextRecordName?: string | undefined;
    readonly NextRecordType?: string | undefined;
    readonly NextRecordIdentifier?: string | undefined;
  }>;
}
