/** Every class of hostile and honest ZIP archive we know, built byte by byte. */
export type { CorpusCase } from "./corpus-case.ts";

import type { CorpusCase } from "./corpus-case.ts";
import { benignCases } from "./zip-benign.ts";
import { benignContentCases } from "./zip-benign-content.ts";
import { bombCases } from "./zip-bombs.ts";
import { containerCases } from "./zip-container.ts";
import { directoryCases } from "./zip-directory.ts";
import { mismatchCases } from "./zip-mismatch.ts";
import { nameCases, policyCases } from "./zip-names.ts";
import { payloadCases } from "./zip-payload.ts";
import { collisionCases, kindCases } from "./zip-tree.ts";
import { wideCases } from "./zip-wide.ts";

/** Archives that must be rejected. */
export const hostileZips: readonly CorpusCase[] = [
  ...containerCases,
  ...directoryCases,
  ...wideCases,
  ...mismatchCases,
  ...payloadCases,
  ...nameCases,
  ...collisionCases,
  ...kindCases,
  ...bombCases,
  ...policyCases,
];

/** Archives that must be accepted. */
export const benignZips: readonly CorpusCase[] = [...benignCases, ...benignContentCases];
export { benignTars, hostileTars } from "./tar-cases.ts";
