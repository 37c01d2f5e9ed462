import type { Rule } from "eslint";

/** Reports an expression statement whose value is a Result: `publish();` as well as `await publish();`. */
export declare const noDroppedResult: Rule.RuleModule;
