/** Every class of hostile and honest ZIP archive we know, built byte by byte. */
export type { CorpusCase } from "./corpus-case.ts";

import type { CorpusCase } from "./corpus-case.ts";
import { crowdedTars, crowdedZips } from "./crowds.ts";
import { benignTars as benignTarCases, hostileTars as tarCases } from "./tar-cases.ts";
import { benignTarEdges, hostileTarEdges } from "./tar-edges.ts";
import { benignCases } from "./zip-benign.ts";
import { benignContentCases } from "./zip-benign-content.ts";
import { bombCases } from "./zip-bombs.ts";
import { containerCases } from "./zip-container.ts";
import { directoryCases } from "./zip-directory.ts";
import { edgeCases } from "./zip-edges.ts";
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
  ...edgeCases,
  ...crowdedZips,
];

/** Archives that must be accepted. */
export const benignZips: readonly CorpusCase[] = [...benignCases, ...benignContentCases];

/** Tar archives, plain and in gzip, that must be rejected. */
export const hostileTars: readonly CorpusCase[] = [...tarCases, ...hostileTarEdges, ...crowdedTars];

/** Tar archives that must be accepted. */
export const benignTars: readonly CorpusCase[] = [...benignTarCases, ...benignTarEdges];
