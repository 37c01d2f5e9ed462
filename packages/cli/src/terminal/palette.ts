/** Paints a text, or leaves it. */
export type Paint = (text: string) => string;

/** Colours by meaning. Nothing is said by colour alone. */
export interface Palette {
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly soft: Paint;
  readonly strong: Paint;
}

const introducer = "\u001b[";
const sgr =
  (on: number, off: number): Paint =>
  (text) =>
    `${introducer}${on}m${text}${introducer}${off}m`;
const plain: Paint = (text) => text;

/** The colours of a terminal (ECMA-48 SGR), or none. */
export function palette(enabled: boolean): Palette {
  if (!enabled) return { good: plain, bad: plain, warn: plain, soft: plain, strong: plain };
  return { good: sgr(32, 39), bad: sgr(31, 39), warn: sgr(33, 39), soft: sgr(2, 22), strong: sgr(1, 22) };
}
