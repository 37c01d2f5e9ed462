/** From so many bytes on, a piece is sent: large enough to be packed well by itself, and several, for there are several processors. */
const pieceBytes = 384 * 1024;

/**
 * Brings an archive's chunks together into pieces. What is not full ends a piece: nothing follows it for a while. A chunk stays as it is.
 *
 * @param fullBytes how long a chunk is that others follow at once.
 */
export async function* piecesOf(
  chunks: AsyncIterable<Uint8Array>,
  fullBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let piece: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    piece.push(chunk);
    bytes += chunk.length;
    if (chunk.length >= fullBytes && bytes < pieceBytes) continue;
    if (bytes > 0) yield Buffer.concat(piece, bytes);
    [piece, bytes] = [[], 0];
  }
  if (bytes > 0) yield Buffer.concat(piece, bytes);
}

/**
 * Pieces as a node takes them: each after a line with its length, a line with a dot at the end.
 *
 * @param onEnding told before that last line, without which the node takes the rest for nothing.
 */
export async function* told(
  pieces: AsyncIterable<Uint8Array>,
  onEnding?: () => void,
): AsyncGenerator<Uint8Array, void> {
  // In one go with its length: each write is a packet, and a packet is fifty bytes more than what is in it.
  for await (const piece of pieces) yield Buffer.concat([Buffer.from(`${piece.length}\n`), piece]);
  onEnding?.();
  yield Buffer.from(".\n");
}
