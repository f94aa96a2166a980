/** Conversion of a finished trial of a comparison to a line of JSON and back. */
import { z } from 'zod'
import type { TrialResult } from '../trials/result.ts'
import { anyNumber, encodeLine, parseLine } from './json-line.ts'
import { evaluationSchema } from './metrics.ts'
import { bestSchema, divergenceSchema, predictionsSchema, scoresSchema, signalSchema } from './run-description.ts'

/** The part of a training in the choice of a network's own rate. */
export interface Tuning {
  /** `search`: a short training of the search for the best rate. `final`: a whole training at the best rate. */
  readonly part: 'search' | 'final'
  readonly rate: number
  /** Number of steps of the training, if no number becomes infinite. */
  readonly steps: number
}

/** The key of a trial, which is unique in its comparison. */
export interface ComparisonKey {
  readonly family: string
  readonly depth: number
  readonly seed: number
  /** Absent for a training at the rate that all networks share. */
  readonly tuning?: Tuning
}

export interface ComparisonLine extends ComparisonKey {
  /** Result of the trial. The results of a short training have no field `whole`. */
  readonly result: Omit<TrialResult, 'id' | 'snapshots' | 'weights'>
  /** Duration of the comparison in seconds at the time when the line was written. */
  readonly spent: number
}

export const setScoresSchema = z.object({
  train: scoresSchema,
  test: scoresSchema,
  validation: scoresSchema.optional(),
  predictions: predictionsSchema.optional(),
})

/**
 * Schema of the line of a trial. The fields of the schema are in the order in which a line is written, so that reading
 * and writing give the same line.
 */
const lineSchema = z.object({
  family: z.string(),
  depth: z.number(),
  seed: z.number().int().nonnegative(),
  tuning: z.object({ part: z.enum(['search', 'final']), rate: z.number(), steps: z.number() }).optional(),
  work: z.number(),
  steps: z.number().int().nonnegative(),
  seconds: z.number(),
  losses: z.array(z.object({ step: z.number(), loss: anyNumber })),
  scores: setScoresSchema,
  diverged: divergenceSchema.nullable(),
  // A short training of a search for the best rate has neither a signal nor a hash.
  signal: signalSchema.optional(),
  evaluations: z.array(evaluationSchema).optional(),
  best: bestSchema.optional(),
  weightsSha256: z.string().optional(),
  spent: z.number(),
})

/** Encodes a trial as a line of JSON, with a line end. */
export function encodeComparisonLine({ family, depth, seed, tuning, result, spent }: ComparisonLine): string {
  const { work, steps, seconds, losses, scores, diverged, whole } = result
  const { signal, evaluations, best, weightsSha256 } = whole ?? {}
  const facts = { family, depth, seed, tuning, work, steps, seconds, losses, scores, diverged }
  return encodeLine({ ...facts, signal, evaluations, best, weightsSha256, spent })
}

/** Decodes a line of JSON without its line end. Returns undefined if the line can't be read. */
export function decodeComparisonLine(text: string): ComparisonLine | undefined {
  const parsed = lineSchema.safeParse(parseLine(text))
  if (!parsed.success) return undefined
  const { family, depth, seed, tuning, spent, signal, evaluations, best, weightsSha256, ...result } = parsed.data
  const key = { family, depth, seed, ...(tuning ? { tuning } : {}) }
  if (tuning?.part === 'search') return { ...key, result, spent }
  if (signal === undefined || weightsSha256 === undefined) return undefined
  return { ...key, result: { ...result, whole: { signal, evaluations, best, weightsSha256 } }, spent }
}
