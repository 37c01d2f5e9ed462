import type { IncomingMessage } from "node:http";
import { parseXml, XmlElement } from "@rgrove/parse-xml";

/** An element of a store's answer. */
export interface AnswerElement {
  readonly name: string;
  /** All text in it. */
  readonly text: string;
  /** Text of the first child of that name, or `undefined`. */
  value(name: string): string | undefined;
  /** Children of that name, in order. */
  all(name: string): readonly AnswerElement[];
}

/** The longest answer that is read into memory: 1000 keys of 1024 bytes, each byte escaped, and room to spare. */
const maxAnswerBytes = 16 * 1024 * 1024;

/**
 * Reads an answer's body.
 *
 * @throws Error when there is more of it than any answer has, or when the connection breaks.
 */
export async function answerText(body: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop destroys the connection.
    if (bytes > maxAnswerBytes) throw new Error(`The answer has more than ${maxAnswerBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString("utf8");
}

/**
 * The root of an answer in XML.
 *
 * @throws Error when it is none.
 */
export function answerDocument(text: string): AnswerElement {
  // Amazon sends spaces while it copies, to keep the connection alive, and the document behind them.
  const { root } = parseXml(text.trimStart());
  if (root === null) throw new Error("The answer has no root element.");
  return element(root);
}

function element(node: XmlElement): AnswerElement {
  const all = (name: string): readonly AnswerElement[] =>
    node.children
      .filter((child): child is XmlElement => child instanceof XmlElement && child.name === name)
      .map(element);
  return {
    name: node.name,
    get text() {
      return node.text;
    },
    value: (name) => all(name)[0]?.text,
    all,
  };
}

/** A text inside a document of ours. */
export function escapedText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#9;");
}
