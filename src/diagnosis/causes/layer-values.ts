/** Values by layer, as probes read them. */
import { type Evidence, readingOf } from '../evidence.ts'

/** Values of the hidden stages: the read-out's scale is its own affair. */
export function hiddenReading(...those: Parameters<typeof readingOf>): readonly number[] {
  return readingOf(...those).slice(0, -1)
}

export const firstOf = (values: readonly number[]): number => values.find((value) => !Number.isNaN(value)) ?? Number.NaN
export const lastOf = (values: readonly number[]): number =>
  values.findLast((value) => !Number.isNaN(value)) ?? Number.NaN
export const largestOf = (values: readonly number[]): number =>
  values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY)

/** A hidden stage, counted from 1, and how many there are. */
export interface StagePlace {
  readonly layer: number
  readonly of: number
}

/** `stage` counts from 0. */
export function placeOf({ stages }: Evidence, stage: number): StagePlace {
  return { layer: stage + 1, of: stages.length - 1 }
}
