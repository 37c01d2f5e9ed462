import { seededRandom } from "../../random/seeded-random.ts";

/** Texts that break what is quoted carelessly: each must arrive as it is. */
export const hostileTexts: readonly string[] = [
  "",
  " ",
  "\n",
  "a\nb",
  "\n\n trailing\n",
  "\t\r\v\f",
  "'",
  "''",
  "'\\''",
  '"',
  "`id`",
  "$(id)",
  "$HOME $" + "{PATH} $$ $?",
  "\\",
  "\\\\n\\0",
  "*",
  "?[a-z]",
  "~",
  "!!",
  "#x",
  ";false",
  "&& exit 1",
  "|cat",
  "> x",
  "-",
  "--",
  "-n",
  "-rf",
  "--help",
  "A=b",
  "%s%n%d",
  "é ü 漢字 🏨",
  "e\u0301",
  "\u200b\u202e",
  "\u0001\u001b[31m\u007f",
  "x".repeat(5000),
];

const alphabet: readonly string[] = [
  ..."abcXYZ019 \n\t\r'\"`\\$&|;<>()[]{}*?!#~=%^+-_/.,:@",
  "\u0001",
  "\u001b",
  "\u007f",
  "é",
  "ß",
  "漢",
  "🏨",
  "\u0301",
  "\u2028",
  "\ufeff",
];

/** `count` random texts, the same for the same seed. The first character is often one that programs take for an option. */
export function randomTexts(seed: string, count: number, maxLength: number): readonly string[] {
  const { bytes } = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const [first = 0, second = 0] = bytes(2);
    const length = second % (maxLength + 1);
    const text = [...bytes(length)].map((byte) => alphabet[byte % alphabet.length]).join("");
    return first < 40 ? `-${text}` : text;
  });
}
