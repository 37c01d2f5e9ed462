import { packageBuild } from "../../tools/build/package-build.ts";

const entries = ["src/index.ts", "src/cloudflare.ts", "src/powerdns.ts", "src/rfc2136.ts", "src/route53.ts"];
const build: ReturnType<typeof packageBuild> = packageBuild(entries);

export default build;
