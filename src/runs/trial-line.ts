/** A finished trial as a line of JSON, and back. JSON has null for NaN; infinite numbers are written as words. */
import { z } from 'zod'
import { controlNames } from '../diagnosis/controls.ts'
import type { TrialRecord } from '../diagnosis/trial.ts'
import { type LayerProbeName, layerProbes } from '../probes/layer-probes.ts'
import { scoresSchema } from './run-description.ts'

export interface KeptTrial {
  readonly record: TrialRecord
  /** Of its weights' file; null where they aren't kept. */
  readonly weightsSha256: string | null
  /** What the diagnosis had taken when it was written. */
  readonly spent: number
}

/** Any number that there is. */
const anyNumber = z
  .union([z.number(), z.enum(['Infinity', '-Infinity']), z.null()])
  .transform((value) => (value === null ? Number.NaN : Number(value)))

/** What was looked at by another version, with other probes, isn't read. */
const probeNames = Object.keys(layerProbes).filter((name): name is LayerProbeName => Object.hasOwn(layerProbes, name))

const lookSchema = z.object({
  step: z.number(),
  train: scoresSchema.optional(),
  test: scoresSchema.optional(),
  reading: z.partialRecord(z.enum(probeNames), z.array(anyNumber)),
})

const recordSchema = z.object({
  control: z.enum(controlNames),
  seed: z.number().int().nonnegative(),
  steps: z.number().int().nonnegative(),
  seconds: z.number(),
  work: z.number(),
  precision: z.enum(['float32', 'float64']),
  losses: z.array(z.object({ step: z.number(), loss: anyNumber })),
  train: scoresSchema,
  test: scoresSchema,
  diverged: z.string().nullable(),
  looks: z.array(lookSchema),
}) satisfies z.ZodType<TrialRecord>

const lineSchema = recordSchema.extend({ weightsSha256: z.string().nullable(), spent: z.number() })

/** With its line end. */
export function encodeTrial({ record, weightsSha256, spent }: KeptTrial): string {
  const asWord = (_name: string, value: unknown): unknown =>
    value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? String(value) : value
  return `${JSON.stringify({ ...record, weightsSha256, spent }, asWord)}\n`
}

/** Of a file's text. The last line may be torn; any other that can't be read was broken later, and is among `broken`, from 1 on. */
export function decodeTrials(text: string): {
  readonly trials: readonly KeptTrial[]
  readonly broken: readonly number[]
} {
  const decoded = text.split('\n').slice(0, -1).map(decodeTrial)
  const broken = decoded.flatMap((trial, index) => (trial ? [] : [index + 1]))
  return { trials: decoded.filter((trial) => trial !== undefined), broken }
}

function decodeTrial(line: string): KeptTrial | undefined {
  const parsed = lineSchema.safeParse(parseJson(line))
  if (!parsed.success) return undefined
  const { weightsSha256, spent, ...record } = parsed.data
  return { record, weightsSha256, spent }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
