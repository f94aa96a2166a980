/** Conversion of a finished training of a prescription to a line of JSON and back. */
import { z } from 'zod'
import type { TrialResult } from '../trials/result.ts'
import { setScoresSchema } from './comparison-line.ts'
import { anyNumber, encodeLine, parseLine } from './json-line.ts'
import { divergenceSchema } from './run-description.ts'

/** A finished training. The id of its spec says what was trained. The other facts are for readers of the file. */
export interface PrescriptionLine {
  readonly id: string
  /** Name of the candidate: a remedy, or `network` for the unchanged network. */
  readonly candidate: string
  /** Part of the race: `first`, `second`, `whole` or `final`. */
  readonly part: string
  readonly rate: number
  readonly seed: number
  readonly result: Pick<TrialResult, 'work' | 'steps' | 'seconds' | 'losses' | 'scores' | 'diverged'>
  /** Duration of the prescription in seconds at the time when the line was written. */
  readonly spent: number
}

/**
 * Schema of a line. The fields of the schema are in the order in which a line is written, so that reading and writing give
 * the same line.
 */
const lineSchema = z.object({
  id: z.string(),
  candidate: z.string(),
  part: z.string(),
  rate: z.number(),
  seed: z.number().int().nonnegative(),
  work: z.number(),
  steps: z.number().int().nonnegative(),
  seconds: z.number(),
  losses: z.array(z.object({ step: z.number(), loss: anyNumber })),
  scores: setScoresSchema,
  diverged: divergenceSchema.nullable(),
  spent: z.number(),
})

/** Encodes a training as a line of JSON, with a line end. */
export function encodePrescriptionLine({ result, spent, ...facts }: PrescriptionLine): string {
  const { id, candidate, part, rate, seed } = facts
  const { work, steps, seconds, losses, scores, diverged } = result
  return encodeLine({ id, candidate, part, rate, seed, work, steps, seconds, losses, scores, diverged, spent })
}

/** Decodes a line of JSON without its line end. Returns undefined if the line can't be read. */
export function decodePrescriptionLine(text: string): PrescriptionLine | undefined {
  const parsed = lineSchema.safeParse(parseLine(text))
  if (!parsed.success) return undefined
  const { id, candidate, part, rate, seed, spent, ...result } = parsed.data
  return { id, candidate, part, rate, seed, result, spent }
}
