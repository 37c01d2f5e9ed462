/** Media types whose bytes are worth compressing: text in all its forms, and the few formats that are not packed already. */
const compressible =
  /^(?:text\/|application\/(?:javascript|json|xml|wasm|manifest\+json|rtf|vnd\.ms-fontobject)|font\/(?:ttf|otf|collection)|image\/(?:svg|bmp|x-icon|vnd\.microsoft\.icon))|[+](?:json|xml)\b/;

/** Whether compressing a file of this type and size pays. One below 1 KiB travels in the packet of its headers anyway. */
export function isCompressible(mediaType: string, size: number): boolean {
  return size >= 1024 && size <= maxCompressedBytes && compressible.test(mediaType);
}

const maxCompressedBytes = 16 * 1024 * 1024;
