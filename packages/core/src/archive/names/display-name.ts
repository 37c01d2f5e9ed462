const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\\]/gu;
const maxShown = 200;

/** A name as it may be printed to a terminal or a log: what is invisible or changes the text around it is escaped. */
export function displayName(name: string): string {
  const shown = name.length > maxShown ? `${name.slice(0, maxShown)}…` : name;
  return shown.replace(unprintable, (char) =>
    char === "\\" ? "\\\\" : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
