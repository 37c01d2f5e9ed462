import { err, type HostingErrorOf, hostingError, ok, type Result } from "@hostelry/core/adapter";
import { checkPanelField } from "./panel-fields.ts";

/** What a command takes and says. */
interface CommandShape {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  /** Options whose value is a file on the server: it is brought there for this one command. */
  readonly files?: readonly string[];
  /** It asks, and has to be told yes. */
  readonly asks?: true;
  /** Asking is switched off by `--force`. */
  readonly force?: true;
  /** The line that says that it was done; left out: it says nothing. */
  readonly success?: RegExp;
}

type Fields<Required extends string, Optional extends string = never> = Readonly<Record<Required, string>> &
  Readonly<Partial<Record<Optional, string | undefined>>>;
type SiteFields = "domainName" | "siteUser" | "siteUserPassword";

/** Values of each command's options, by the command's name: the commands of `clpctl` that this adapter uses. */
export interface PanelCommandOptions {
  readonly "site:add:static": Fields<SiteFields>;
  readonly "site:add:php": Fields<SiteFields | "phpVersion" | "vhostTemplate">;
  readonly "site:add:nodejs": Fields<SiteFields | "nodejsVersion" | "appPort">;
  readonly "site:add:python": Fields<SiteFields | "pythonVersion" | "appPort">;
  readonly "site:add:reverse-proxy": Fields<SiteFields | "reverseProxyUrl">;
  readonly "site:delete": Fields<"domainName">;
  readonly "site:install:certificate": Fields<"domainName">;
  readonly "lets-encrypt:install:certificate": Fields<"domainName", "subjectAlternativeName">;
  readonly "db:add": Fields<"domainName" | "databaseName" | "databaseUserName" | "databaseUserPassword">;
  readonly "db:delete": Fields<"databaseName">;
  readonly "db:export": Fields<"databaseName" | "file">;
  readonly "db:import": Fields<"databaseName" | "file">;
  readonly "user:add": Fields<
    "userName" | "email" | "firstName" | "lastName" | "password",
    "role" | "sites" | "timezone" | "status"
  >;
  readonly "user:delete": Fields<"userName">;
  readonly "user:list": Fields<never>;
  readonly "user:reset:password": Fields<"userName" | "password">;
  readonly "vhost-template:add": Fields<"name">;
  readonly "vhost-template:delete": Fields<"name">;
  readonly "vhost-template:view": Fields<"name">;
  readonly "vhost-templates:import": Fields<never>;
  readonly "vhost-templates:list": Fields<never>;
  readonly "system:permissions:reset": Fields<"directories" | "files" | "path">;
}

/** Name of a command. */
export type PanelCommandName = keyof PanelCommandOptions;

const site = ["domainName", "siteUser", "siteUserPassword"] as const;
const siteAdded = /^Site (?<name>\S+) has been added\.$/;

const shapes: Readonly<Record<PanelCommandName, CommandShape>> = {
  "site:add:static": { required: site, success: siteAdded },
  "site:add:php": { required: [...site, "phpVersion", "vhostTemplate"], success: siteAdded },
  "site:add:nodejs": { required: [...site, "nodejsVersion", "appPort"], success: siteAdded },
  "site:add:python": { required: [...site, "pythonVersion", "appPort"], success: siteAdded },
  "site:add:reverse-proxy": { required: [...site, "reverseProxyUrl"], success: siteAdded },
  // Without its option it asks, and an end of the input is a no that looks like success.
  "site:delete": { required: ["domainName"], force: true },
  "site:install:certificate": {
    required: ["domainName"],
    files: ["privateKey", "certificate", "certificateChain"],
    success: /^Certificate has been installed\.$/,
  },
  "lets-encrypt:install:certificate": {
    required: ["domainName"],
    optional: ["subjectAlternativeName"],
    success: /^Certificate installation was successful\.$/,
  },
  "db:add": {
    required: ["domainName", "databaseName", "databaseUserName", "databaseUserPassword"],
    success: /^Database (?<name>\S+) has been added\.$/,
  },
  "db:delete": { required: ["databaseName"], force: true },
  "db:export": { required: ["databaseName", "file"] },
  "db:import": { required: ["databaseName", "file"] },
  "user:add": {
    required: ["userName", "email", "firstName", "lastName", "password"],
    optional: ["role", "sites", "timezone", "status"],
    success: /^User "(?<name>[^"]+)" has been added\.$/,
  },
  "user:delete": { required: ["userName"], asks: true },
  "user:list": { required: [] },
  "user:reset:password": {
    required: ["userName", "password"],
    success: /^Password for "(?<name>[^"]+)" has been reset\.$/,
  },
  "vhost-template:add": { required: ["name"], files: ["file"] },
  "vhost-template:delete": { required: ["name"], asks: true },
  "vhost-template:view": { required: ["name"] },
  "vhost-templates:import": { required: [] },
  "vhost-templates:list": { required: [] },
  "system:permissions:reset": { required: ["directories", "files", "path"] },
};

/** All of them. */
export const panelCommandNames: readonly PanelCommandName[] = Object.keys(shapes) as PanelCommandName[];

/** A command whose every argument is known to arrive as it is. Made by {@link panelCommand} and by nothing else. */
export interface PanelCommand {
  readonly name: PanelCommandName;
  /** Without `clpctl` itself. */
  readonly argv: readonly string[];
  /** Option and content of each file that it reads. */
  readonly files: Readonly<Record<string, string>>;
  readonly confirms: boolean;
  readonly success: RegExp | undefined;
  /** Values that may be in no message. */
  readonly secrets: readonly string[];
}

/** What the options of a command are called; for tests that try them all. */
export function panelOptionNames(name: PanelCommandName): readonly string[] {
  const shape = shapes[name];
  return [...shape.required, ...(shape.optional ?? [])];
}

/**
 * Builds a command out of values that may be anything: each is checked, and nothing is quoted, escaped or changed. `INVALID_INPUT` for one that
 * `clpctl` does not take or does not pass on as it is, with the option's name and without the value.
 */
export function panelCommand<N extends PanelCommandName>(
  name: N,
  options: PanelCommandOptions[N],
  files: Readonly<Record<string, string>> = {},
): Result<PanelCommand, HostingErrorOf<"INVALID_INPUT">> {
  const shape = shapes[name];
  const given: Readonly<Record<string, string | undefined>> = options;
  const argv: string[] = [name];
  const secrets: string[] = [];
  for (const option of panelOptionNames(name)) {
    const value = given[option];
    if (value === undefined && !shape.required.includes(option)) continue;
    const checked = checkPanelField(option, value ?? "");
    if (checked.isErr()) return err(checked.error);
    argv.push(`--${option}=${checked.value}`);
    if (/password$/i.test(option)) secrets.push(checked.value);
  }
  for (const [option, content] of Object.entries(files)) {
    if (shape.files?.includes(option) === true && content !== "") continue;
    return err(
      hostingError("INVALID_INPUT", `${name} takes no file ${option}.`, {
        field: option,
        problem: "is no file of this command",
      }),
    );
  }
  if (shape.force === true) argv.push("--force");
  const keys = Object.entries(files).flatMap(([option, content]) => (option === "privateKey" ? [content] : []));
  return ok({
    name,
    argv,
    files,
    confirms: shape.asks === true,
    success: shape.success,
    secrets: [...secrets, ...keys],
  });
}
