/** What has been read so far, as far as it matters: the longest beginning of a word that the text ends with. */
export interface SecretState {
  /** How long that beginning is. */
  readonly depth: number;
  /** The length of the longest whole word that the text ends with; 0: none. */
  readonly found: number;
  readonly children: ReadonlyMap<number, SecretState>;
  /** The next shorter beginning that the text ends with, too; the root's is itself. */
  readonly shorter: SecretState;
}

/** Finds many words in one reading of a text (Aho and Corasick, 1975). */
export interface SecretAutomaton {
  readonly root: SecretState;
  /** By UTF-16 code unit: 1 where some word begins with it. */
  readonly startsSecret: Uint8Array;
}

interface GrowingState extends SecretState {
  found: number;
  shorter: GrowingState;
  readonly children: Map<number, GrowingState>;
}

/** The automaton for some words, none of them empty. */
export function secretAutomaton(words: Iterable<string>): SecretAutomaton {
  const root = stateAt(0);
  for (const word of words) {
    let state = root;
    for (let at = 0; at < word.length; at += 1) state = childOf(state, word.charCodeAt(at), root);
    state.found = word.length;
  }
  // In the order of depth: whatever is shorter is complete.
  for (const queue = [...root.children.values()]; queue.length > 0; ) {
    for (const state of queue.splice(0)) {
      state.found = Math.max(state.found, state.shorter.found);
      for (const [unit, child] of state.children) {
        child.shorter = next(root, state.shorter, unit) as GrowingState;
        queue.push(child);
      }
    }
  }
  const startsSecret = new Uint8Array(0x1_0000);
  for (const unit of root.children.keys()) startsSecret[unit] = 1;
  return { root, startsSecret };
}

/** The state after one more UTF-16 code unit. */
export function next(root: SecretState, from: SecretState, unit: number): SecretState {
  for (let state = from; ; state = state.shorter) {
    const child = state.children.get(unit);
    if (child !== undefined) return child;
    if (state === root) return root;
  }
}

function stateAt(depth: number, root?: GrowingState): GrowingState {
  const state: { depth: number; found: number; children: Map<number, GrowingState>; shorter?: GrowingState } = {
    depth,
    found: 0,
    children: new Map(),
  };
  state.shorter = root ?? (state as GrowingState);
  return state as GrowingState;
}

function childOf(state: GrowingState, unit: number, root: GrowingState): GrowingState {
  const known = state.children.get(unit);
  if (known !== undefined) return known;
  const child = stateAt(state.depth + 1, root);
  state.children.set(unit, child);
  return child;
}
