/**
 * A 32-bit hash of a text and a seed, as a signed integer (FNV-1a, then Murmur3's finalizer). The hash is the same on
 * every machine.
 */
export function hashText(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) | 0
  for (let position = 0; position < text.length; position++) {
    hash = Math.imul(hash ^ text.charCodeAt(position), 0x01000193)
  }
  return mixBits(hash)
}

/** Murmur3's 32-bit finalizer, in which every input bit affects every output bit. */
export function mixBits(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
