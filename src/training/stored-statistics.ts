/** Conversion of a training set's statistics to JSON and back. */
import { z } from 'zod'
import type { Scale, Statistics } from '../data/standardize.ts'

const numbersSchema = z.array(z.number()).transform((values) => Float64Array.from(values))
const scaleSchema = z.object({ mean: numbersSchema, deviation: numbersSchema })

export const statisticsSchema = z.object({ bytes: z.boolean(), inputs: scaleSchema, targets: scaleSchema })

export type StoredStatistics = z.input<typeof statisticsSchema>

export function storedStatistics({ bytes, inputs, targets }: Statistics): StoredStatistics {
  const listed = ({ mean, deviation }: Scale) => ({ mean: [...mean], deviation: [...deviation] })
  return { bytes, inputs: listed(inputs), targets: listed(targets) }
}
