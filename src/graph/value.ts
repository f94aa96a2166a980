/** The values that operations read and make, and the attributes of operations. */
import type { Shape } from '../blueprint/blueprint.ts'

export type { Shape }

/**
 * Type of a value's elements: `real` is the program's floating-point type (float32 or float64), `int` a 32-bit integer.
 */
export type Element = 'real' | 'int'

export interface Value {
  readonly id: number
  readonly shape: Shape
  readonly element: Element
}

export type Attribute = number | string | boolean
export type Attributes = Readonly<Record<string, Attribute>>
