// The XML of Route 53's API, read and written without its client.
import { parseXml, type XmlElement } from "@rgrove/parse-xml";

/** Something to write: a text, elements by name, or several of one name. */
export type Written = string | number | boolean | undefined | readonly Written[] | { readonly [name: string]: Written };

const namespace = "https://route53.amazonaws.com/doc/2013-04-01/";

/** A document. */
export function document(root: string, content: Written): string {
  return `<?xml version="1.0"?>\n<${root} xmlns="${namespace}">${inner(content)}</${root}>`;
}

function inner(content: Written): string {
  if (typeof content === "object" && !Array.isArray(content)) {
    return Object.entries(content)
      .map(([name, value]) => elements(name, value))
      .join("");
  }
  return String(content).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function elements(name: string, value: Written): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((each) => elements(name, each)).join("");
  return `<${name}>${inner(value)}</${name}>`;
}

/** An element that was read. */
export interface Read {
  readonly name: string;
  /** The text of an element below, by its name; `undefined` when there is none. */
  text(name: string): string | undefined;
  /** Elements below, by their names one in another. */
  all(...path: readonly string[]): readonly Read[];
  /** The names of the elements below. */
  readonly names: readonly string[];
  readonly content: string;
}

/** Reads a document whose root has this name and the API's namespace; `undefined` when it is another. */
export function read(root: string, body: string): Read | undefined {
  const { root: element } = parseXml(body);
  return element?.name === root && element.attributes["xmlns"] === namespace ? readOf(element) : undefined;
}

function readOf(element: XmlElement): Read {
  const below = element.children.filter((child): child is XmlElement => child.type === "element").map(readOf);
  const all = (...[name, ...rest]: readonly string[]): readonly Read[] => {
    const named = below.filter((each) => each.name === name);
    return rest.length === 0 ? named : named.flatMap((each) => each.all(...rest));
  };
  return {
    name: element.name,
    names: below.map((each) => each.name),
    content: element.text,
    all,
    text: (name) => all(name)[0]?.content,
  };
}
