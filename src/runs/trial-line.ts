/** Conversion of a finished trial of a diagnosis to a line of JSON and back. */
import { z } from 'zod'
import { controlNames } from '../diagnosis/controls.ts'
import type { TrialRecord } from '../diagnosis/trial-record.ts'
import { type LayerProbeName, layerProbes } from '../probes/layer-probes.ts'
import { withCurrentNames } from '../support/renamed.ts'
import type { Divergence } from '../training/divergence.ts'
import type { TrialResult } from '../trials/result.ts'
import { anyNumber, encodeLine, parseLine } from './json-line.ts'
import { divergenceSchema, predictionsSchema, scoresSchema } from './run-description.ts'

export interface StoredTrial {
  readonly record: TrialRecord
  readonly divergence: Divergence | null
  /** SHA-256 hash of the trial's weights file, or null if the weights aren't stored. */
  readonly weightsSha256: string | null
  /** Duration of the diagnosis in seconds at the time when the line was written. */
  readonly spent: number
}

/**
 * Names of the probes that the line of a trial may have. A line with unknown probes, from another version of Isobath,
 * can't be read.
 */
const probeNames = Object.keys(layerProbes).filter((name): name is LayerProbeName => Object.hasOwn(layerProbes, name))

const snapshotSchema = z.object({
  step: z.number(),
  reading: z.partialRecord(z.enum(probeNames), z.array(anyNumber)),
  train: scoresSchema.optional(),
  test: scoresSchema.optional(),
})

/**
 * Schema of the record of a trial. The fields of the schema are in the order in which a line is written, so that
 * reading and writing give the same line.
 */
const recordSchema = z.object({
  control: z.enum(controlNames),
  seed: z.number().int().nonnegative(),
  precision: z.enum(['float32', 'float64']),
  work: z.number(),
  steps: z.number().int().nonnegative(),
  seconds: z.number(),
  losses: z.array(z.object({ step: z.number(), loss: anyNumber })),
  train: scoresSchema,
  test: scoresSchema,
  predictions: predictionsSchema.optional(),
  diverged: z.string().nullable(),
  snapshots: z.array(snapshotSchema),
}) satisfies z.ZodType<TrialRecord>

const lineSchema = recordSchema.extend({
  // Lines of older versions describe a divergence only in words.
  divergence: divergenceSchema.optional(),
  weightsSha256: z.string().nullable(),
  spent: z.number(),
})

const oldLineSchema = z.looseObject({
  control: z.string(),
  looks: z.array(z.looseObject({ reading: z.record(z.string(), z.unknown()) })),
})

/**
 * Converts a line of version 0.1 to the current names. Version 0.1 wrote `patient` for `network`, `looks` for
 * `snapshots`, and the names of some probes in British spelling.
 */
function upgraded(line: unknown): unknown {
  const old = oldLineSchema.safeParse(line)
  if (!old.success) return line
  const { control, looks, ...rest } = old.data
  const snapshots = looks.map((look) => ({ ...look, reading: withCurrentNames(look.reading) }))
  return { ...rest, control: control === 'patient' ? 'network' : control, snapshots }
}

/** Encodes a trial as a line of JSON, with a line end. */
export function encodeTrial({ record, divergence, weightsSha256, spent }: StoredTrial): string {
  return encodeLine({ ...record, ...(divergence ? { divergence } : {}), weightsSha256, spent })
}

/** Decodes a line of JSON without its line end. Returns undefined if the line can't be read. */
export function decodeTrial(line: string): StoredTrial | undefined {
  const parsed = lineSchema.safeParse(upgraded(parseLine(line)))
  if (!parsed.success) return undefined
  const { weightsSha256, spent, divergence, ...record } = parsed.data
  const diverged = divergence ?? divergenceIn(record.diverged)
  return diverged === undefined ? undefined : { record, divergence: diverged, weightsSha256, spent }
}

/** Patterns for the sentences in which lines of older versions describe a divergence. */
const olderWords: readonly (readonly [Divergence['what'], RegExp])[] = [
  ['weights', /^after (\d+) steps the weights of (.*) were no longer finite$/],
  ['outputs', /^after (\d+) steps the outputs of (.*) were the first that weren't finite$/],
  ['loss', /^after (\d+) steps the loss of what (.*) gives wasn't finite$/],
]

function divergenceIn(words: string | null): Divergence | null | undefined {
  if (words === null) return null
  for (const [what, pattern] of olderWords) {
    const [, step, layer] = pattern.exec(words) ?? []
    if (layer !== undefined) return { step: Number(step), layer, what }
  }
  return undefined
}

/** Builds the result of a stored trial, without the weights. */
export function resultOf({ record, divergence }: StoredTrial, id: string): TrialResult {
  const { steps, seconds, work, losses, train, test, predictions, snapshots } = record
  const scores = { train, test, ...(predictions ? { predictions } : {}) }
  return { id, steps, seconds, work, losses, scores, diverged: divergence, snapshots }
}
