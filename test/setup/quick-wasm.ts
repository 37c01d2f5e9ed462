/**
 * For a Node that opens a PGlite and soon ends: keeps V8 from optimising WebAssembly, which takes such a process longer than all else it
 * does (measured: 1.7 s of processor time for a command of the command line with it, 0.9 s without).
 */
export const quickWasm = "--liftoff-only";
