import { measureHere, tellFigures } from "../harness/own-figures.ts";
import { yauzlLoop } from "./yauzl-loop.ts";

// Run in a process of its own: beside our pool and heap the loop takes up to twice as long, which would flatter us.
const [file = "", form] = process.argv.slice(2);
tellFigures(await measureHere(() => yauzlLoop(file, form === "for await" ? form : "pipeline")));
