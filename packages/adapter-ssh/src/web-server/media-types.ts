import { mediaTypeOf } from "@hostelry/core/adapter";

// What websites consist of. Types come from core, so a node sends what the release's manifest says, whatever lists of types
// the node itself has.
const extensions =
  "html htm xhtml css js mjs cjs json jsonld map webmanifest xml rss atom txt md csv ics vcf vtt srt yaml yml toml " +
  "svg svgz png apng jpg jpeg gif webp avif ico bmp tif tiff heic jxl cur woff woff2 ttf otf eot ttc mp3 m4a ogg oga opus " +
  "wav flac aac weba mid midi mp4 m4v webm ogv mov avi mkv mpeg mpg m3u8 3gp wasm pdf epub zip gz tgz tar bz2 xz 7z rar " +
  "doc docx xls xlsx ppt pptx odt ods odp rtf bin exe dmg iso apk deb rpm jar swf glb gltf stl obj";

/** Extensions by the content type that is sent for them, without its charset. */
export const extensionsByMediaType: ReadonlyMap<string, readonly string[]> = group();

/** Content types that are sent with `charset=utf-8`. */
export const textualMediaTypes: readonly string[] = extensions
  .split(" ")
  .map((extension) => mediaTypeOf(`a.${extension}`))
  .filter((type) => type.endsWith("; charset=utf-8"))
  .map((type) => type.slice(0, type.indexOf(";")))
  .filter((type, index, all) => all.indexOf(type) === index);

function group(): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const extension of extensions.split(" ")) {
    const [type = ""] = mediaTypeOf(`a.${extension}`).split(";", 1);
    const known = groups.get(type);
    if (known === undefined) groups.set(type, [extension]);
    else known.push(extension);
  }
  // The default of every server already.
  groups.delete("application/octet-stream");
  return groups;
}
