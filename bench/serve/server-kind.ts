/** Who serves. */
export type ServerKind = "hostelry" | "buffer" | "sirv" | "serve-static";
