import { packageBuild } from "../../tools/build/package-build.ts";

const build: ReturnType<typeof packageBuild> = packageBuild(["src/index.ts"]);

export default build;
