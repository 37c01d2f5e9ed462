/**
 * One word for a POSIX shell: within single quotes nothing has a meaning but the single quote, which is written outside of
 * them. (POSIX.1-2017, Shell Command Language, 2.2.2)
 */
export function posixQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
