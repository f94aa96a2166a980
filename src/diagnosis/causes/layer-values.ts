/** Helpers for probe readings, which have one value for each layer. */
import { type Evidence, readingOf } from '../evidence.ts'

/**
 * Returns the readings of a probe in the hidden stages. The read-out layer is left out because the scale of the
 * read-out does not matter.
 */
export function hiddenReading(...those: Parameters<typeof readingOf>): readonly number[] {
  return readingOf(...those).slice(0, -1)
}

export const firstOf = (values: readonly number[]): number => values.find((value) => !Number.isNaN(value)) ?? Number.NaN
export const lastOf = (values: readonly number[]): number =>
  values.findLast((value) => !Number.isNaN(value)) ?? Number.NaN
export const largestOf = (values: readonly number[]): number =>
  values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY)

/** Position of a stage in the network. The read-out comes after the last hidden stage. */
export interface StagePlace {
  /** Index of the hidden stage, counted from 1. */
  readonly layer: number
  /** Number of all hidden stages of the network. */
  readonly of: number
}

/** Returns the position of a hidden stage. The argument `stage` is the index of the stage, counted from 0. */
export function placeOf({ stages }: Evidence, stage: number): StagePlace {
  return { layer: stage + 1, of: stages.length - 1 }
}
