import type { Shape } from './blueprint.ts'

/** How many numbers a tensor of this shape holds; 1 for the empty shape. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const extent of shape) size *= extent
  return size
}

export function sameShape(one: Shape, other: Shape): boolean {
  return one.length === other.length && one.every((extent, axis) => extent === other[axis])
}

/** `[784]`, `[3, 32, 32]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`
}
