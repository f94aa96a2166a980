/** Locations derived from other locations: slices of stacks, parts of stacks, and comparison. */
import { assertInvariant } from '../../../support/errors.ts'
import type { Location, LoopId } from './plan.ts'

/** Returns the location of the tensor in a stack that belongs to the current iteration of a loop. */
export function sliceOf({ buffer, slot, terms, axes }: Location, loop: LoopId): Location {
  const [coefficient, ...rest] = axes
  assertInvariant(coefficient !== undefined, `${buffer.name} has no loop axis to slice`)
  return { buffer, slot, terms: [...terms, { loop, coefficient, cycle: 0, shift: 0 }], axes: rest }
}

/** Returns the location of a stack's tensors from index `first` on, in segments of `length` if `length` is not 0. */
export function partOf({ buffer, slot, terms, axes }: Location, first: number, length: number): Location {
  const [step] = axes
  assertInvariant(step !== undefined, `${buffer.name} has no loop axis to take a part of`)
  const segmented = length > 0 ? [length * step, ...axes] : axes
  return { buffer, slot: slot + first * step, terms, axes: segmented }
}

/** Returns true if two locations are the same memory in every iteration. */
export function samePlace(a: Location, b: Location): boolean {
  return a.buffer === b.buffer && a.slot === b.slot && JSON.stringify(a.terms) === JSON.stringify(b.terms)
}
