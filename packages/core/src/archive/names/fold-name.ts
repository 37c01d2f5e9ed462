const ignorable = /\p{Default_Ignorable_Code_Point}/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is meant.
const ascii = /^[\x00-\x7f]*$/;

/** Whether a string is ASCII only, so that it has one spelling in every normal form. */
export function isAscii(text: string): boolean {
  return ascii.test(text);
}

/** NFKC without the characters that are not drawn: what a name looks like to a lenient reader. */
export function foldSpelling(text: string): string {
  return isAscii(text) ? text : text.normalize("NFKC").replace(ignorable, "").normalize("NFKC");
}

/**
 * The form under which two names meet on some file system: compatibility-composed, without ignorable characters, full
 * case folding. JavaScript has no case folding; upper then lower, twice, equals Unicode's full folding for every code
 * point (U+1E9E needs the second round).
 */
export function foldName(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  const once = foldSpelling(text).toUpperCase().toLowerCase();
  return once.toUpperCase().toLowerCase().normalize("NFKC");
}
