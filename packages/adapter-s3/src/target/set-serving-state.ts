import { type FencedRequest, type ServingState, servingStates } from "@hostelry/core/adapter";
import { changeSite } from "./change-site.ts";
import { invalidInput } from "./request-checks.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** Sets what visitors get, in the pointer. */
export async function setServingState(
  parts: TargetParts,
  call: SiteCall,
  { fencingToken, state }: FencedRequest & { readonly state: ServingState },
): Promise<{ readonly changed: boolean }> {
  if (!servingStates.includes(state)) throw invalidInput("state", `it must be one of ${servingStates.join(", ")}`);
  const { value: changed } = await changeSite(parts, call, fencingToken, (document) => {
    if (document.servingState === state) return { value: false };
    return { value: true, next: { ...document, servingState: state } };
  });
  return { changed };
}
