/** `@hostelry/adapter-dns/route53`: zones at Amazon Route 53. */

export { type Route53Options, route53Provider } from "./route53/route53-provider.ts";
export type {
  Route53CallOptions,
  Route53Change,
  Route53HostedZone,
  Route53RecordSet,
  Route53Sdk,
} from "./route53/route53-sdk.ts";
