/** Conversion of a finished trial of a comparison to a line of JSON and back. */
import { z } from 'zod'
import type { TrialResult, WholeResult } from '../trials/result.ts'
import { anyNumber, encodeLine, parseLine } from './json-line.ts'
import { evaluationSchema } from './metrics.ts'
import { bestSchema, divergenceSchema, scoresSchema, signalSchema } from './run-description.ts'

/** The key of a trial, which is unique in its comparison. */
export interface ComparisonKey {
  readonly family: string
  readonly depth: number
  readonly seed: number
}

export interface ComparisonLine extends ComparisonKey {
  readonly result: Omit<TrialResult, 'id' | 'snapshots' | 'weights' | 'whole'> & { readonly whole: WholeResult }
  /** Duration of the comparison in seconds at the time when the line was written. */
  readonly spent: number
}

const setScoresSchema = z.object({ train: scoresSchema, test: scoresSchema, validation: scoresSchema.optional() })

/**
 * Schema of the line of a trial. The fields of the schema are in the order in which a line is written, so that reading
 * and writing give the same line.
 */
const lineSchema = z.object({
  family: z.string(),
  depth: z.number(),
  seed: z.number().int().nonnegative(),
  work: z.number(),
  steps: z.number().int().nonnegative(),
  seconds: z.number(),
  losses: z.array(z.object({ step: z.number(), loss: anyNumber })),
  scores: setScoresSchema,
  diverged: divergenceSchema.nullable(),
  signal: signalSchema,
  evaluations: z.array(evaluationSchema).optional(),
  best: bestSchema.optional(),
  weightsSha256: z.string(),
  spent: z.number(),
})

/** Encodes a trial as a line of JSON, with a line end. */
export function encodeComparisonLine({ family, depth, seed, result, spent }: ComparisonLine): string {
  const { work, steps, seconds, losses, scores, diverged, whole } = result
  const { signal, evaluations, best, weightsSha256 } = whole
  const facts = { family, depth, seed, work, steps, seconds, losses, scores, diverged }
  return encodeLine({ ...facts, signal, evaluations, best, weightsSha256, spent })
}

/** Decodes a line of JSON without its line end. Returns undefined if the line can't be read. */
export function decodeComparisonLine(text: string): ComparisonLine | undefined {
  const parsed = lineSchema.safeParse(parseLine(text))
  if (!parsed.success) return undefined
  const { family, depth, seed, spent, signal, evaluations, best, weightsSha256, ...result } = parsed.data
  return { family, depth, seed, result: { ...result, whole: { signal, evaluations, best, weightsSha256 } }, spent }
}
