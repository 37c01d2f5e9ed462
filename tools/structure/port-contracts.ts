import ts from "typescript";
import type { StructureRule } from "./repository-tree.ts";

/** What a port method's comment answers after its first sentence, in this order. */
const questions = ["Absent:", "Repeated:", "Concurrent:", "Cancelled:", "Half-way:", "Limits:"] as const;

/**
 * An adapter author has nothing but the comment to go by. So each method of a port that waits (it returns a ResultAsync or an
 * AsyncIterable) says what it does, and then answers the six questions, one line each, in the order of {@link questions}.
 */
export const portContracts: StructureRule = (tree) =>
  tree.files
    .filter((file) => /^packages\/core\/src\/ports\/.*\.ts$/.test(file) && !/\.test(-d)?\.ts$/.test(file))
    .flatMap((file) => {
      const source = ts.createSourceFile(file, tree.read(file), ts.ScriptTarget.ESNext, true);
      return source.statements
        .filter(ts.isInterfaceDeclaration)
        .flatMap((port) => port.members.flatMap((member) => memberProblems(file, source, port, member)));
    });

function memberProblems(
  file: string,
  source: ts.SourceFile,
  port: ts.InterfaceDeclaration,
  member: ts.TypeElement,
): readonly string[] {
  const at = `${file}: ${port.name.text}.${member.name?.getText(source) ?? "call"}()`;
  if (ts.isPropertySignature(member) && member.type !== undefined && ts.isFunctionTypeNode(member.type)) {
    return waits(member.type.type, source) ? [`${at} is written as a method, not as a property`] : [];
  }
  if (!ts.isMethodSignature(member) || !waits(member.type, source)) return [];
  const lines = commentOf(member);
  const starts = questions.map((question) => lines.findIndex((line) => line.startsWith(question)));
  const problems = questions
    .filter((question, index) => starts[index] === -1 || lines.includes(question))
    .map((question) => `${at} does not answer "${question}"`);
  const answered = starts.filter((start) => start >= 0);
  if (answered.some((start, index) => index > 0 && start < (answered[index - 1] ?? 0))) {
    problems.push(`${at} answers in another order than ${questions.join(" ")}`);
  }
  if ((lines[0] ?? "") === "" || answered.includes(0)) problems.push(`${at} does not say what it does`);
  return problems;
}

function waits(type: ts.TypeNode | undefined, source: ts.SourceFile): boolean {
  return type !== undefined && /^(ResultAsync|AsyncIterable|AsyncGenerator|AsyncIterator)\b/.test(type.getText(source));
}

function commentOf(member: ts.MethodSignature): readonly string[] {
  return ts
    .getJSDocCommentsAndTags(member)
    .filter(ts.isJSDoc)
    .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? "")
    .join("\n")
    .split("\n")
    .map((line) => line.trim());
}
