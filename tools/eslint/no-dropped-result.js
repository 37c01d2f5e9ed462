// A Result that nobody looks at is an error that nobody hears of. typescript-eslint's no-floating-promises sees `publish();` (a
// ResultAsync is a thenable) but not `await publish();`, which leaves a plain Result behind. This rule sees both.
import { ESLintUtils } from "@typescript-eslint/utils";

const resultNames = new Set(["Ok", "Err", "ResultAsync"]);

/** @param {import("typescript").Type} type */
function isResult(type) {
  if (type.isUnionOrIntersection()) return type.types.some(isResult);
  return resultNames.has(type.getSymbol()?.getName() ?? "");
}

/** The expressions whose value an expression statement throws away: both branches of `a ? b : c`, the right side of `a && b`. */
function* discarded(expression) {
  switch (expression.type) {
    case "ConditionalExpression":
      yield* discarded(expression.consequent);
      yield* discarded(expression.alternate);
      return;
    case "LogicalExpression":
      yield* discarded(expression.right);
      return;
    case "SequenceExpression":
      for (const part of expression.expressions) yield* discarded(part);
      return;
    default:
      yield expression;
  }
}

export const noDroppedResult = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: "problem",
    schema: [],
    messages: {
      dropped: "This Result is dropped, and its error with it. Return it, `yield*` it, `match` it or `unwrap` it.",
    },
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    return {
      ExpressionStatement(node) {
        for (const expression of discarded(node.expression)) {
          // `yield* result` hands the error to flow(), and an assignment keeps the Result. `void result` says that it is meant.
          if (expression.type === "YieldExpression" || expression.type === "AssignmentExpression") continue;
          if (expression.type === "UnaryExpression" && expression.operator === "void") continue;
          if (isResult(services.getTypeAtLocation(expression)))
            context.report({ node: expression, messageId: "dropped" });
        }
      },
    };
  },
});
