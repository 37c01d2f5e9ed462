/**
 * Which files are named after their content. Build tools put a hash into names: `index-BfHhG0zN.js` (Vite), `app.3f2a1b4c.js`
 * (webpack, Parcel), `chunk-7K3QYBXR.js` (esbuild). Such a name never means other bytes. People put dates, counters and words
 * in the same place: `photo-20240101.jpg`, `IMG_12345678.jpg`, `style-version2.css`. docs/reference/hashed-names.md has the
 * rule in words.
 */

/** Where a hash may be in a name: between a separator and the ending, or in place of the whole name (then without separator). */
interface Candidate {
  readonly separator: string;
  readonly text: string;
}

interface Name {
  readonly folder: string;
  readonly candidates: readonly Candidate[];
  /** Scripts, styles, fonts, WebAssembly, and their source maps: nobody makes these by hand to take them away again. */
  readonly isCode: boolean;
  /** A UUID says which one it is, not what is in it. */
  readonly endsInUuid: boolean;
}

const code = "[cm]?js|css|wasm|woff2?|ttf|otf|eot";
/** `.chunk.js`, `.css.map`, `.js.LICENSE.txt`, `-s.p.woff2`: what tools put between the hash and the end. */
const ending = new RegExp(
  `(?:-s)?(?:\\.(?:chunk|bundle|min|module|p))*\\.(?:(${code})(?:\\.map|\\.LICENSE\\.txt)?|[A-Za-z0-9]{1,10})$`,
);
/** Pages and programs are asked for by their own names. */
const page = /\.(?:x?html?|php)$/i;
const uuid = /(?:^|[^0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** In these, frameworks put what they have named after its content, and nothing else. */
const generated = /(?:^|\/)(?:_astro|_next\/static|_nuxt|_app\/immutable)\//;

/** Lengths of hashes in hexadecimal, as tools cut them: of MD5, SHA-1 and SHA-256 whole, and the usual parts. */
const hexLengths: ReadonlySet<number> = new Set([8, 10, 12, 16, 20, 32, 40, 64]);
/** So long, hexadecimal digits are no word that somebody has thought of. */
const surelyHexLength = 16;

function nameOf(path: string): Name | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const found = ending.exec(name);
  if (found === null || found.index === 0 || page.test(name)) return undefined;
  const stem = name.slice(0, found.index);
  const candidates = [...stem.matchAll(/[.\-_~]/g)]
    .map(({ 0: separator, index }): Candidate => ({ separator, text: stem.slice(index + 1) }))
    .concat({ separator: "", text: stem })
    .filter(({ text }) => /^[A-Za-z0-9_-]{8,64}$/.test(text));
  return {
    folder: folderOf(path),
    candidates,
    isCode: found[1] !== undefined,
    endsInUuid: uuid.test(stem),
  };
}

/** Hexadecimal, or eight of base 64 as bundlers write them: with digits among letters of both cases, and no year in front. */
function isSurelyHash({ separator, text }: Candidate, { isCode, endsInUuid }: Name): boolean {
  if (/^[0-9a-f]+$/.test(text)) {
    const minLength = separator === "" && !isCode ? surelyHexLength : 8;
    return (
      /\d/.test(text) && /[a-f]/.test(text) && hexLengths.has(text.length) && text.length >= minLength && !endsInUuid
    );
  }
  if (!/^[A-Za-z0-9]{8}$/.test(text) || /^(?:19|20)\d\d/.test(text)) return false;
  // Not `Chapter3`, `iPhone15`, `3DPrints`: a word and a number.
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && /[A-Za-z]\d+[A-Za-z]/.test(text);
}

/** What may be a hash; words have neither digits nor capitals in the middle. */
function mayBeHash({ text }: Candidate): boolean {
  return /\d/.test(text) || /.[A-Z]/.test(text);
}

const looksLikeDate = /^(?:19|20)\d\d[-_]?[01]\d/;

/** What is no hash even where others are: a number, a word, a word with a number, a date. */
function isPlain({ text }: Candidate): boolean {
  return /^\d+$/.test(text) || /^[A-Za-z][a-z]*\d*$/.test(text) || looksLikeDate.test(text);
}

/**
 * Whether a file's name alone says for sure that it is named after its content: enough to let it be cached for ever. Of
 * names that bundlers give, about half are sure; where the others are known, `hashedAssets` tells nearly all.
 */
export function isHashedAsset(path: string): boolean {
  const name = nameOf(path);
  return name?.candidates.some((candidate) => isSurelyHash(candidate, name)) === true;
}

/** Whether `hashedAssets` could say yes, beside whatever other files. */
export function mayBeHashed(path: string): boolean {
  const name = nameOf(path);
  if (name === undefined) return false;
  const { candidates } = name;
  return candidates.some((candidate) => isSurelyHash(candidate, name) || mayBeHash(candidate) || !isPlain(candidate));
}

/**
 * Which files of a release are named after their content, to keep them for a while when they are gone: those that surely
 * are; scripts, styles and fonts that may be; and others that are named as all the scripts and styles beside them.
 */
export function hashedAssets(paths: readonly string[]): (path: string) => boolean {
  let customs: Customs | undefined;
  return (path) => {
    const name = nameOf(path);
    if (name === undefined) return false;
    const { candidates, isCode, folder } = name;
    if (candidates.some((candidate) => isSurelyHash(candidate, name))) return true;
    const separate = separateOf(name);
    if (isCode && separate.some(mayBeHash)) return true;
    if (generated.test(path) && candidates.some((candidate) => mayBeHash(candidate) && !isPlain(candidate)))
      return true;
    customs ??= customsOf(paths);
    const usual = neighbourhoods(folder).flatMap((place) => [...(customs?.ofCode.get(place) ?? [])]);
    const shared = customs.ofAll.get(folder);
    return separate.some((candidate) => {
      const form = formOf(candidate);
      if (!usual.includes(form)) return false;
      return !isPlain(candidate) || (shared?.has(form) === true && mayLookSo(candidate, shared.get(form)));
    });
  };
}

/** How files are named where: forms, which are separators and lengths of what may be hashes. */
interface Customs {
  /** By neighbourhood: forms of scripts and styles of which one is surely a hash, or that all of a folder have in common. */
  readonly ofCode: ReadonlyMap<string, ReadonlySet<string>>;
  /** By folder: forms that all of its files have in common, of whatever kind, and what those look like that are not plain. */
  readonly ofAll: ReadonlyMap<string, ReadonlyMap<string, Digits>>;
}

/** What hashes are written in. */
type Digits = "base 16" | "base 64";

function customsOf(paths: readonly string[]): Customs {
  const ofCode = new Map<string, Set<string>>();
  const commonOfCode = new Map<string, Set<string>>();
  const commonOfAll = new Map<string, Set<string>>();
  const digits = new Map<string, Map<string, Digits>>();
  for (const path of paths) {
    const name = nameOf(path);
    const folder = name?.folder ?? folderOf(path);
    const separate = name === undefined ? [] : separateOf(name);
    intersect(commonOfAll, folder, separate.map(formOf));
    if (name === undefined) continue;
    noteDigits(digits, folder, separate);
    if (!name.isCode || /\.(?:map|txt)$/.test(path)) continue;
    intersect(commonOfCode, folder, separate.filter(mayBeHash).map(formOf));
    for (const candidate of separate) {
      if (isSurelyHash(candidate, name))
        for (const place of neighbourhoods(folder)) add(ofCode, place, formOf(candidate));
    }
  }
  for (const [folder, forms] of commonOfCode) {
    for (const place of neighbourhoods(folder)) for (const form of forms) add(ofCode, place, form);
  }
  const ofAll = new Map<string, ReadonlyMap<string, Digits>>();
  for (const [folder, forms] of digits)
    ofAll.set(folder, new Map([...forms].filter(([form]) => commonOfAll.get(folder)?.has(form) === true)));
  return { ofCode, ofAll };
}

function noteDigits(digits: Map<string, Map<string, Digits>>, folder: string, candidates: readonly Candidate[]): void {
  const known = digits.get(folder) ?? new Map<string, Digits>();
  digits.set(folder, known);
  for (const candidate of candidates.filter((one) => !isPlain(one))) {
    const form = formOf(candidate);
    const isHex = /^[0-9a-f]+$/.test(candidate.text) && known.get(form) !== "base 64";
    known.set(form, isHex ? "base 16" : "base 64");
  }
}

/** Whether a hash in these digits can look like this number or word: one in fifty in base 16, one in a thousand in base 64. */
function mayLookSo({ text }: Candidate, digits: Digits | undefined): boolean {
  if (/^\d+$/.test(text)) return digits === "base 16" && !looksLikeDate.test(text);
  return digits === "base 64" && /^[A-Za-z][a-z]*$/.test(text);
}

function separateOf({ candidates }: Name): readonly Candidate[] {
  return candidates.filter(({ separator }) => separator !== "");
}

function add(forms: Map<string, Set<string>>, place: string, form: string): void {
  const known = forms.get(place);
  if (known === undefined) forms.set(place, new Set([form]));
  else known.add(form);
}

function intersect(common: Map<string, Set<string>>, folder: string, forms: readonly string[]): void {
  const before = common.get(folder);
  common.set(folder, new Set(forms.filter((form) => before?.has(form) ?? true)));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** The folder, and all folders beside it: `static/js`, `static/media`. Those of the root have nothing to do with each other. */
function neighbourhoods(folder: string): readonly string[] {
  const at = folder.lastIndexOf("/");
  return at === -1 ? [folder] : [folder, `${folder.slice(0, at)}/*`];
}

function formOf({ separator, text }: Candidate): string {
  return `${separator}${text.length}`;
}
