// Who may import whom. The picture behind it: shared words at the bottom, composition at the top, drivers only in adapters.
const source = "^packages/[^/]+/src/";
const tests = "\\.(test|test-d)\\.ts$|/fixtures/";
const core = "^packages/core/src/";

/** Concept folders of core: everything below core/src that is not result, errors, ports or a file of the top level. */
const concepts = `${core}(?!result/|errors/|ports/)[^/]+/`;
const composition = `${core}(hosting|index|adapter|infrastructure|adapter-infrastructure)\\.ts$`;

/** Packages a package may use, besides itself. Tests may use more: see `testOnly`. */
const packageImports = {
  core: [],
  "adapter-acme": ["core"],
  "adapter-cloudpanel": ["adapter-ssh", "core"],
  "adapter-dns": ["core"],
  "adapter-haproxy": ["core"],
  "adapter-local": ["core"],
  "adapter-matomo": ["core"],
  "adapter-s3": ["core"],
  "adapter-ssh": ["core"],
  "storage-pg": ["core"],
  testing: ["core"],
  serve: ["core"],
  cli: [
    "adapter-acme",
    "adapter-dns",
    "adapter-haproxy",
    "adapter-local",
    "adapter-ssh",
    "core",
    "serve",
    "storage-pg",
  ],
};
const testOnly = ["adapter-local", "testing"];

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one thing in two places.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "core-is-pure",
      comment: "Core knows no driver: only the five libraries that its README names.",
      severity: "error",
      from: { path: core, pathNot: tests },
      to: {
        path: "node_modules/",
        pathNot: "node_modules/(neverthrow|p-queue|yauzl|mrmime|tldts|@types/yauzl|@types/node)/",
      },
    },
    {
      name: "core-does-no-io",
      comment: "Core knows no network, no process and no disk. Pure parts of Node are fine.",
      severity: "error",
      from: { path: core, pathNot: [tests, `${core}archive/`] },
      to: {
        dependencyTypes: ["core"],
        pathNot:
          "^(node:)?(async_hooks|buffer|crypto|events|path|path/posix|stream|stream/promises|timers|url|util|zlib)$",
      },
    },
    {
      name: "archive-reads-files-only",
      comment: "The archive gate reads files and uses worker threads; it knows no network and starts no process.",
      severity: "error",
      from: { path: `${core}archive/`, pathNot: tests },
      to: {
        dependencyTypes: ["core"],
        pathNot:
          "^(node:)?(async_hooks|buffer|crypto|events|fs|fs/promises|os|path|path/posix|stream|stream/promises|timers|timers/promises|url|util|worker_threads|zlib)$",
      },
    },
    {
      name: "yauzl-only-in-archive",
      severity: "error",
      from: { path: source, pathNot: [`${core}archive/`, tests] },
      to: { path: "node_modules/(@types/)?yauzl/" },
    },
    {
      name: "tldts-only-where-names-are-judged",
      comment: "The certificate authority in memory counts by registered domain, with none of core's arithmetic.",
      severity: "error",
      from: {
        path: source,
        pathNot: [`${core}(domain|certificate)/`, "^packages/testing/src/memory/certificate-authority/"],
      },
      to: { path: "node_modules/tldts/" },
    },
    {
      name: "neverthrow-only-in-result",
      comment: "One owner, so that there is one copy of its classes and one place to replace it.",
      severity: "error",
      from: { pathNot: `${core}result/` },
      to: { path: "node_modules/neverthrow/" },
    },
    {
      name: "result-and-errors-stand-alone",
      severity: "error",
      from: { path: `${core}(result|errors)/`, pathNot: tests },
      to: { path: core, pathNot: `${core}(result|errors)/` },
    },
    {
      name: "ports-stand-below-concepts",
      comment: "A port may name the records it carries (types), never run a concept's code.",
      severity: "error",
      from: { path: `${core}ports/`, pathNot: tests },
      to: { path: concepts, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "nothing-imports-composition",
      comment: "hosting.ts composes use-cases; index.ts and adapter.ts name them. They are imported from outside only.",
      severity: "error",
      from: { path: core, pathNot: [tests, `${core}(index|adapter|infrastructure|adapter-infrastructure)\\.ts$`] },
      to: { path: composition },
    },
    {
      name: "through-the-front-door",
      comment: "Packages import each other by name, never by a path into another package's sources.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/[^/]+/", pathNot: "^packages/$1/", dependencyTypes: ["local"] },
    },
    {
      name: "front-door-for-everybody-else",
      comment: "Examples, tests, bench and demo use packages as a host does.",
      severity: "error",
      from: { path: "^(examples|bench|demo)/" },
      to: { path: "^packages/", dependencyTypes: ["local"], dependencyTypesNot: ["aliased-workspace"] },
    },
    ...Object.entries(packageImports).flatMap(([name, allowed]) => [
      {
        name: `${name}-imports`,
        comment: `${name} may use: ${allowed.join(", ") || "no other package"}.`,
        severity: "error",
        from: { path: `^packages/${name}/src/`, pathNot: tests },
        to: { path: "^packages/", pathNot: `^packages/(${[name, ...allowed].join("|")})/` },
      },
      {
        name: `${name}-test-imports`,
        severity: "error",
        from: { path: `^packages/${name}/src/.*(${tests})` },
        to: { path: "^packages/", pathNot: `^packages/(${[name, ...allowed, ...testOnly].join("|")})/` },
      },
    ]),
    {
      name: "only-declared-packages",
      comment: "An import that works only because another package happens to install the dependency.",
      severity: "error",
      from: { path: source, pathNot: tests },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"], dependencyTypesNot: ["type-only", "npm-peer"] },
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages|examples)/[^/]+/(dist|node_modules)/|^coverage/|^test/consumers/projects/" },
    // The root configuration: depcruise does not find a package's `extends`.
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ["@hostelry/source", "import", "types", "default"],
      exportsFields: ["exports"],
    },
  },
};
