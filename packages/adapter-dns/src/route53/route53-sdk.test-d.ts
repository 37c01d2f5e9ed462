import type { ChangeResourceRecordSetsCommandOutput, Route53 } from "@aws-sdk/client-route-53";
import { describe, expectTypeOf, it } from "vitest";
import type { Route53Options, Route53Sdk } from "../route53.ts";

describe("what is asked of the client", () => {
  it("is what Amazon's client has", () => {
    expectTypeOf<Route53>().toExtend<Route53Sdk>();
    expectTypeOf<{ readonly client: Route53 }>().toExtend<Route53Options>();
  });

  it("is not had by what lacks a call, or answers with something else", () => {
    expectTypeOf<Omit<Route53, "listResourceRecordSets">>().not.toExtend<Route53Sdk>();
    type Other = Omit<Route53, "listHostedZonesByName"> & {
      listHostedZonesByName(): Promise<ChangeResourceRecordSetsCommandOutput>;
    };
    expectTypeOf<Other>().not.toExtend<Route53Sdk>();
  });
});
