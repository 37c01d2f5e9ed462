// A delay proxy as a process: parameters are the port and the delay one way in ms; told `bytes`, it tells the bytes so far.
import { faultProxy } from "../../test/servers/fault-proxy.ts";
import type { ProxyAnswer } from "./distant-node.ts";

const proxy = await faultProxy(Number(process.argv[2]), { delayMs: Number(process.argv[3]) });
const tell = (answer: ProxyAnswer): void => {
  process.send?.(answer);
};
tell({ port: proxy.port });
process.on("message", () => tell({ up: proxy.bytes().up }));
process.on("disconnect", () => {
  void proxy.close();
});
