// Biome formats and lints. ESLint runs only the rules that need types.
import tseslint from "typescript-eslint";
import { noDroppedResult } from "./tools/eslint/no-dropped-result.js";

export default tseslint.config(
  { ignores: ["**/node_modules/", "**/dist/", "coverage/", "docs/", "test/consumers/projects/", "**/*.{js,mjs,cjs}"] },
  {
    files: ["**/*.ts"],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: {
      "@typescript-eslint": tseslint.plugin,
      hostelry: { rules: { "no-dropped-result": noDroppedResult } },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": ["error", { checkThenables: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      "hostelry/no-dropped-result": "error",
    },
  },
);
