/** Helpers for the values that probes read by layer. */
import { type Evidence, readingOf } from '../evidence.ts'

/** Returns the values of the hidden stages. The read-out is left out because its scale does not matter. */
export function hiddenReading(...those: Parameters<typeof readingOf>): readonly number[] {
  return readingOf(...those).slice(0, -1)
}

export const firstOf = (values: readonly number[]): number => values.find((value) => !Number.isNaN(value)) ?? Number.NaN
export const lastOf = (values: readonly number[]): number =>
  values.findLast((value) => !Number.isNaN(value)) ?? Number.NaN
export const largestOf = (values: readonly number[]): number =>
  values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY)

/** Place of a hidden stage in the network. */
export interface StagePlace {
  /** Number of the hidden stage, counted from 1. */
  readonly layer: number
  /** Number of all hidden stages. */
  readonly of: number
}

/** Returns the place of a hidden stage. `stage` is counted from 0. */
export function placeOf({ stages }: Evidence, stage: number): StagePlace {
  return { layer: stage + 1, of: stages.length - 1 }
}
