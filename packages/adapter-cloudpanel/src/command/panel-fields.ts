import { err, type HostingErrorOf, hostingError, isDnsName, ok, type Result } from "@hostelry/core/adapter";

/**
 * Values of CloudPanel's options, and what may stand in each. `clpctl` puts its arguments through a shell once more and loses
 * `$`, a backquote, parentheses, `"` and a backslash, and says that all went well (issues 284, 351, 798 there). So what might be lost
 * is not taken: every rule is a list of what is known to arrive.
 */
const rules: { readonly [field: string]: readonly [RegExp, string] } = {
  siteUser: [/^[a-z][a-z0-9_-]{2,31}$/, "has 3 to 32 lower-case letters, digits, - and _, a letter first"],
  siteUserPassword: password(),
  databaseUserPassword: password(),
  password: password(),
  phpVersion: [/^[5-9]\.[0-9]$/, "is a version such as 8.3"],
  nodejsVersion: [/^[1-9][0-9]$/, "is a version such as 22"],
  pythonVersion: [/^3\.[0-9]{1,2}$/, "is a version such as 3.11"],
  appPort: [/^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/, "is a port, 1 to 65535"],
  reverseProxyUrl: [
    /^(?=.{8,128}$)https?:\/\/[a-zA-Z0-9.-]+(?::\d{1,5})?(?:\/[a-zA-Z0-9/._~%+,=@-]*)?$/,
    "is an http or https address of at most 128 characters, without a question mark",
  ],
  vhostTemplate: templateName(),
  name: templateName(),
  databaseName: [/^[a-z0-9][a-z0-9_-]{0,63}$/, "has 1 to 64 lower-case letters, digits, - and _"],
  databaseUserName: [/^[a-z0-9][a-z0-9_-]{0,31}$/, "has 1 to 32 lower-case letters, digits, - and _"],
  userName: [/^[a-z][a-z0-9._-]{2,31}$/, "has 3 to 32 lower-case letters, digits, ., - and _, a letter first"],
  email: [
    /^(?=.{3,254}$)[a-zA-Z0-9][a-zA-Z0-9.+_-]*@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$/,
    "is a plain e-mail address",
  ],
  firstName: personName(),
  lastName: personName(),
  role: [/^(?:admin|site-manager|user)$/, "is admin, site-manager or user"],
  timezone: [/^[A-Z][A-Za-z]+(?:\/[A-Za-z_+-]+[0-9]*){0,2}$/, "is a time zone such as Europe/Berlin"],
  status: [/^[01]$/, "is 0 or 1"],
  directories: [/^[0-7]{3,4}$/, "is a mode such as 770"],
  files: [/^[0-7]{3,4}$/, "is a mode such as 660"],
  file: path(),
  path: path(),
};

function password(): readonly [RegExp, string] {
  return [
    /^[A-Za-z0-9_-]{16,64}$/,
    "has 16 to 64 letters, digits, - and _: clpctl loses other characters without a word",
  ];
}
function templateName(): readonly [RegExp, string] {
  return [/^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?$/, "has 1 to 64 letters, digits, spaces, ., - and _"];
}
function personName(): readonly [RegExp, string] {
  return [/^\p{L}(?:[\p{L}\p{M} .-]{0,62}[\p{L}\p{M}.])?$/u, "has 1 to 64 letters, spaces, . and -"];
}
function path(): readonly [RegExp, string] {
  return [/^\/[A-Za-z0-9_@%+=:,./-]{1,1000}$/, "is an absolute path of letters, digits and _@%+=:,./-"];
}

/** Names of accounts that no site gets, whatever the panel says: a broken rule there must not cost a system account. */
const reservedUsers: readonly string[] = [
  ..."root daemon bin sys sync games man lp mail news uucp proxy backup list irc gnats nobody sshd clp mysql nginx".split(
    " ",
  ),
  ..."redis varnish memcache postfix proftpd www-data systemd-network systemd-resolve messagebus admin test home".split(
    " ",
  ),
];

/**
 * Checks one value. `INVALID_INPUT` names the field and its rule, and never the value.
 */
export function checkPanelField(field: string, value: string): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  if (field === "domainName") {
    const plain =
      isDnsName(value) &&
      value.length <= 128 &&
      /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(value);
    return plain ? ok(value) : invalid(field, "is a whole name of at most 128 characters, in lower-case ASCII");
  }
  if (field === "subjectAlternativeName" || field === "sites") {
    const names = value.split(",");
    return names.every((name) => checkPanelField("domainName", name).isOk())
      ? ok(value)
      : invalid(field, "is a list of whole names");
  }
  const rule = rules[field];
  if (rule === undefined) return invalid(field, "is no option that is known");
  if (field === "siteUser" && reservedUsers.includes(value)) return invalid(field, "is a name that no site gets");
  return rule[0].test(value) ? ok(value) : invalid(field, rule[1]);
}

function invalid(field: string, rule: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `${field} can't be used: it ${rule}.`, { field, problem: rule }));
}
