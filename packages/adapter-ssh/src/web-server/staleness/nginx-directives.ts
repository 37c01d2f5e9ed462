/** A directive of nginx: `name argument …;`, or with a block. */
export interface NginxDirective {
  readonly name: string;
  readonly arguments: readonly string[];
  /** Directives in its braces; absent without any. */
  readonly block?: readonly NginxDirective[] | undefined;
  /** File and line, e.g. `/etc/nginx/nginx.conf:12`. */
  readonly where: string;
}

/**
 * Reads what `nginx -T` prints: all files of a running configuration, one after another. Included files are put in the place
 * of their `include`. Meant for configurations that nginx has accepted: what it would refuse is read somehow, never thrown at.
 */
export function readNginxDump(dump: string): readonly NginxDirective[] {
  const files = new Map<string, readonly NginxDirective[]>();
  const parts = dump.split(/^# configuration file (.+):$/m);
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const file = parts[index] ?? "";
    files.set(file, readFile(file, parts[index + 1] ?? ""));
  }
  const [main = ""] = files.keys();
  return included(files.get(main) ?? [], files, main.slice(0, main.lastIndexOf("/") + 1), [main]);
}

/** Files on the way to an include are left out of it: nginx refuses includes that go round, a mangled dump may have them. */
function included(
  directives: readonly NginxDirective[],
  files: ReadonlyMap<string, readonly NginxDirective[]>,
  folder: string,
  within: readonly string[],
): readonly NginxDirective[] {
  return directives.flatMap((directive): readonly NginxDirective[] => {
    if (directive.name === "include") {
      const [pattern = ""] = directive.arguments;
      const wanted = matcher(pattern.startsWith("/") ? pattern : folder + pattern);
      return [...files]
        .filter(([file]) => wanted.test(file) && !within.includes(file))
        .flatMap(([file, content]) => included(content, files, folder, [...within, file]));
    }
    if (directive.block === undefined) return [directive];
    return [{ ...directive, block: included(directive.block, files, folder, within) }];
  });
}

/** glob(7) as far as configurations use it. */
function matcher(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\*/g, "[^/]*")
    .replace(/\?/g, "[^/]");
  return new RegExp(`^${source}$`);
}

interface Word {
  readonly text: string;
  readonly line: number;
  /** `{`, `}` or `;` outside quotes. */
  readonly isMark: boolean;
}

function readFile(file: string, text: string): readonly NginxDirective[] {
  const words = [...wordsOf(text)];
  let at = 0;
  const readBlock = (): readonly NginxDirective[] => {
    const found: NginxDirective[] = [];
    let own: Word[] = [];
    for (; at < words.length; ) {
      const word = words[at];
      at += 1;
      if (word === undefined) break;
      if (!word.isMark) {
        own.push(word);
        continue;
      }
      const [name, ...rest] = own;
      own = [];
      if (word.text === "}") return found;
      const block = word.text === "{" ? readBlock() : undefined;
      if (name === undefined) continue;
      const where = `${file}:${name.line}`;
      found.push({ name: name.text, arguments: rest.map((each) => each.text), where, ...(block && { block }) });
    }
    return found;
  };
  return readBlock();
}

/** Words with quotes taken away; `${name}` stays one word, as nginx reads it. */
const wordPattern =
  /(?<space>\s+)|(?<comment>#[^\n]*)|(?<mark>[{};])|"(?<double>(?:[^"\\]|\\[\s\S])*)"|'(?<single>(?:[^'\\]|\\[\s\S])*)'|(?<plain>(?:\$\{\w+\}|\\[\s\S]|[^\s{};"'])(?:\$\{\w+\}|\\[\s\S]|[^\s{};])*)/g;

function* wordsOf(text: string): Generator<Word> {
  // The dump puts a file's first line behind the line that names it.
  let line = 0;
  for (const match of text.matchAll(wordPattern)) {
    const [whole] = match;
    const { mark, double, single, plain } = match.groups ?? {};
    const said = double ?? single ?? plain;
    if (mark !== undefined) yield { text: mark, line, isMark: true };
    else if (said !== undefined) yield { text: said.replace(/\\(["'\\])/g, "$1"), line, isMark: false };
    line += whole.split("\n").length - 1;
  }
}
