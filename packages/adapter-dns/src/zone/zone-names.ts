import {
  type CreateDnsZone,
  type DnsProviderError,
  err,
  type HostingErrorOf,
  hostingError,
  isDnsName,
  ok,
  type Result,
} from "@hostelry/core/adapter";

type Invalid = HostingErrorOf<"INVALID_INPUT">;

/** That a zone's name is canonical. */
export function checkZoneName(name: string): Result<string, Invalid> {
  if (isDnsName(name) && !name.startsWith("*")) return ok(name);
  return err(invalid("zone", "is not a canonical name"));
}

/** The error of an argument. */
export function invalid(field: string, problem: string): Invalid {
  return hostingError("INVALID_INPUT", `${field} ${problem}.`, { field, problem });
}

/** The error of a zone that the provider does not have. */
export function zoneNotFound(provider: string, zone: string): HostingErrorOf<"DNS_ZONE_NOT_FOUND"> {
  return hostingError("DNS_ZONE_NOT_FOUND", `${provider} has no zone ${zone}.`, { provider, zone });
}

/** That a zone can be made, and the mailbox of its SOA as a name: `john.doe@example.com` is `john\.doe.example.com`. */
export function checkNewZone(request: CreateDnsZone): Result<{ readonly mailbox: string }, DnsProviderError> {
  const { name, nameservers, contact = `hostmaster@${name}` } = request;
  if (nameservers.length === 0) return err(invalid("nameservers", "is empty"));
  if (![name, ...nameservers].every((each) => isDnsName(each) && !each.startsWith("*"))) {
    return err(invalid("name or nameservers", "has a name that is not canonical"));
  }
  const [, local, domain] = /^([A-Za-z0-9._+-]{1,63})@(.+)$/.exec(contact) ?? [];
  if (local === undefined || domain === undefined || !isDnsName(domain)) {
    return err(invalid("contact", "is not a mailbox"));
  }
  return ok({ mailbox: `${local.replaceAll(".", "\\.")}.${domain}` });
}
