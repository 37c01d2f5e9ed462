import { errorTable } from "../../packages/core/src/errors/codes.ts";
import type { StructureRule } from "./repository-tree.ts";

const page = /^docs\/reference\/errors\/(?!README\.md$)([A-Z0-9_]+)\.md$/;

/** The rule for a table with these codes: each code has its page and each page its code. */
export function errorPagesFor(codes: readonly string[]): StructureRule {
  return (tree) => {
    const pages = new Set(tree.files.flatMap((file) => page.exec(file)?.[1] ?? []));
    return [
      ...codes
        .filter((code) => !pages.has(code))
        .map((code) => `docs/reference/errors/${code}.md: the page is missing`),
      ...[...pages]
        .filter((code) => !codes.includes(code))
        .map((code) => `docs/reference/errors/${code}.md: core's error table has no such code`),
      ...[...pages].flatMap((code) => {
        const file = `docs/reference/errors/${code}.md`;
        return tree.read(file).startsWith(`# ${code}\n`) ? [] : [`${file}: opens with "# ${code}"`];
      }),
    ];
  };
}

/** One page per code of core's table, and no page without a code. */
export const errorPages: StructureRule = errorPagesFor(Object.keys(errorTable));
