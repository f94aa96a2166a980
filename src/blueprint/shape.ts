import type { Shape } from './blueprint.ts'

/** Number of values in a tensor of the given shape. The empty shape has 1 value. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const extent of shape) size *= extent
  return size
}

export function sameShape(one: Shape, other: Shape): boolean {
  return one.length === other.length && one.every((extent, axis) => extent === other[axis])
}

/** The text of a shape, such as `[784]` or `[3, 32, 32]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`
}
