/** What `clpctl` answered to one command, as people reported it of their servers, with names of nobody. */
export interface PanelTranscript {
  /** What it means, e.g. `domainName exists`. */
  readonly outcome: string;
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Answers of CloudPanel 2.2 to 2.5 to commands that went well and that did not, named after what they mean. Everything is on the standard output. */
export const panelTranscripts: readonly PanelTranscript[] = [
  told("done", "site:add:static", 0, "Site example.com has been added."),
  told("done", "site:delete", 0, "Site example.com has been deleted."),
  told("done", "db:add", 0, "Database shop has been added."),
  told("done", "lets-encrypt:install:certificate", 0, "Certificate installation was successful."),
  told("done", "site:install:certificate", 0, "Certificate has been installed."),
  told("done", "user:add", 0, 'User "anna" has been added.'),
  told("done", "user:reset:password", 0, 'Password for "anna" has been reset.'),
  told(
    "done",
    "site:add:static",
    0,
    "PHP Deprecated:  Optional parameter before required\nSite example.com has been added.",
  ),
  told("domainName exists", "site:add:static", 1, "domainName: This value already exists."),
  told("siteUser exists", "site:add:static", 1, "siteUser: This value already exists."),
  told(
    "domainName exists, siteUser exists",
    "site:add:static",
    1,
    "domainName: This value already exists.\nsiteUser: This value already exists.",
  ),
  told("domainName invalid", "site:add:php", 1, "domainName: This value is not valid."),
  told(
    "siteUser too-long",
    "site:add:php",
    1,
    "siteUser: This value is too long. It should have 32 characters or less.",
  ),
  told(
    "siteUserPassword too-short",
    "site:add:php",
    1,
    "siteUserPassword: This value is too short. It should have 8 characters or more.",
  ),
  told("siteUser too-short", "site:add:static", 1, 'The "--siteUser" option requires a value.'),
  told("vhostTemplate missing", "site:add:php", 1, 'Vhost Template "Generic" does not exist.'),
  told("vhostTemplate missing", "site:add:php", 1, "Vhost Template Generic does not exist."),
  told("domainName missing", "db:add", 1, 'DomainName "example.com" does not exist.'),
  told("domainName missing", "site:install:certificate", 1, 'Site "example.com" does not exist.'),
  told("databaseName missing", "db:export", 1, 'Database "shop" does not exist.'),
  told("file missing", "db:import", 1, 'File "/tmp/shop.sql" does not exist.'),
  told("databaseName exists", "db:add", 1, "databaseName: This value already exists."),
  told("databaseUserName exists", "db:add", 1, "databaseUserName: This value already exists."),
  told("userName exists", "user:add", 1, "userName: This value already exists."),
  told(
    "outbound-blocked",
    "site:add:static",
    1,
    "cURL error 6: Could not resolve host: publicsuffix.org (see https://curl.haxx.se/libcurl/c/libcurl-errors.html) for https://publicsuffix.org/list/public_suffix_list.dat",
  ),
  told(
    "command-failed",
    "site:add:nodejs",
    1,
    'Command " : /usr/bin/sudo /usr/bin/su - shop -c nvm" failed, error message: nvm: command not found',
  ),
  told(
    "timeout",
    "site:add:nodejs",
    1,
    'The process "/usr/bin/sudo /usr/sbin/useradd" exceeded the timeout of 90 seconds.',
  ),
  told("database-down", "db:add", 1, "SQLSTATE[HY000] [2002] Connection refused"),
  told("silent", "db:add", 1, ""),
  told(
    "certificate refused: connection",
    "lets-encrypt:install:certificate",
    1,
    "example.com: Domain could not be validated, error message: error type: urn:ietf:params:acme:error:connection, error detail: 192.0.2.1: Fetching http://www.example.com/.well-known/acme-challenge/x: Timeout during connect",
  ),
  told(
    "certificate refused: unauthorized, connection",
    "lets-encrypt:install:certificate",
    1,
    "example.com: Domain could not be validated, error message: error type: urn:ietf:params:acme:error:unauthorized, error detail: 192.0.2.1: Invalid response from example.com: 404, error type: urn:ietf:params:acme:error:connection, error detail: DNS problem: NXDOMAIN looking up A for www.example.com",
  ),
  told("unknown", "site:add:static", 0, ""),
  told("unknown", "site:add:static", 255, "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted"),
  told(
    "unknown",
    "site:add:static",
    1,
    "An exception occurred while executing a query: SQLSTATE[HY000]: General error: 5 database is locked",
  ),
  { ...told("unsupported", "user:add", 1, ""), stderr: '  There are no commands defined in the "user" namespace.  ' },
  {
    ...told("unknown", "site:add:static", 2, ""),
    stderr: "/usr/bin/clpctl: 4: printf: %q: invalid directive\nunexpected EOF while looking for matching",
  },
  told("ended", "site:add:static", 137, ""),
];

function told(outcome: string, command: string, exitCode: number, text: string): PanelTranscript {
  return { outcome, command, exitCode, stdout: text === "" ? "" : `${text}\n`, stderr: "" };
}
