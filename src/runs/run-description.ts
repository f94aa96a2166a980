/** What a run's folder says in words: run.json, what runs, and result.json, what came out. Node only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { TableEncoding } from '../data/csv-encoding.ts'
import type { Task } from '../data/dataset.ts'
import type { Statistics } from '../data/standardize.ts'
import { machine } from '../settings/machine.ts'
import { readSettings, type TrainingSettings } from '../settings/options.ts'
import type { Signal } from '../training/signal.ts'
import { encodingSchema } from '../training/stored-encoding.ts'
import { statisticsSchema, storedStatistics } from '../training/stored-statistics.ts'
import { encodeChecked, readChecked, readJson, storedOption, withCurrentSettings } from './checked-json.ts'
import { noWork, resultFile, workKinds } from './work-folder.ts'

/** Raised when a run of an older version could not be read, or would not go on with the same bits. */
export const runFormat = 2

/** JSON has null for Infinity and NaN. */
const maybeInfinite = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN)

export const signalSchema = z.object({
  verdict: z.enum(['steady', 'vanishes', 'explodes']),
  layer: z.string().nullable(),
  position: z.number().nullable(),
  layers: z.number(),
  first: maybeInfinite,
  last: maybeInfinite,
})

/** What a description keeps of a data set. */
export interface DataDescription {
  name: string
  task?: Task
  /** The hash of its samples. */
  sha256: string
  /** Samples. */
  train: number
  test: number
  validation?: number
  classNames?: string[]
  targetNames?: string[]
  notes?: string[]
  encoding?: TableEncoding
  /** The options the data set was loaded with, for those who evaluate the run later. */
  options: Record<string, unknown>
}

export const dataSchema: z.ZodType<DataDescription> = z.object({
  name: z.string(),
  /** Folders of older versions don't say. */
  task: z.enum(['classification', 'regression', 'autoencoding']).optional(),
  sha256: z.string(),
  train: z.number().int().positive(),
  test: z.number().int().positive(),
  validation: z.number().int().positive().optional(),
  classNames: z.array(z.string()).optional(),
  targetNames: z.array(z.string()).optional(),
  notes: z.array(z.string()).optional(),
  encoding: encodingSchema.optional(),
  options: z.record(z.string(), z.unknown()),
})

/** What run.json holds: enough to make the same run again, and to go on with it. */
const runDescriptionSchema = z.object({
  format: z.literal(runFormat),
  isobath: z.string(),
  /** What the user called the network. */
  label: z.string(),
  network: z.unknown(),
  input: z.array(z.number().int().positive()),
  data: dataSchema,
  /** The settings but for the seed. */
  settings: z.record(z.string(), z.unknown()),
  seed: z.number().int(),
  mode: z.object({
    /** The backend's name, where it isn't wasm. */
    backend: z.string().optional(),
    precision: z.string(),
    exact: storedOption(machine.exact),
    winograd: storedOption(machine.winograd),
  }),
  /** Steps between checkpoints, where they were asked for. */
  checkpointEvery: z.number().int().positive().nullable(),
  versions: z.record(z.string(), z.string()),
})

export type RunDescription = z.infer<typeof runDescriptionSchema>

/** What the training set said before the first step. */
const startSchema = z.object({
  /** Inputs and targets are standardized with these, whatever data the network meets later. */
  statistics: statisticsSchema,
  signal: signalSchema,
})

const fileSchema = runDescriptionSchema.extend(startSchema.shape).extend({ checksum: z.string() })

export interface StoredDescription extends RunDescription {
  readonly statistics: Statistics
  readonly signal: Signal
}

/** What the scores of a set are read as. */
export const scoresSchema = z.object({
  loss: z.number().nullable(),
  error: z.number().nullable(),
  rmse: z.array(z.number().nullable()).optional(),
})

export const divergenceSchema = z.object({
  step: z.number(),
  layer: z.string(),
  what: z.enum(['weights', 'outputs', 'loss']),
})

const resultSchema = z.object({
  train: scoresSchema,
  test: scoresSchema,
  validation: scoresSchema.optional(),
  bestTest: z.object({ error: z.number(), step: z.number() }).optional(),
  diverged: divergenceSchema.nullable(),
  interrupted: z.boolean(),
  steps: z.number().int().nonnegative(),
  signal: signalSchema,
  weightsSha256: z.string(),
  seconds: z.number(),
  trainingSeconds: z.number(),
  /** Runs of older versions measured nothing between steps. */
  measuringSeconds: z.number().default(0),
  /** Runs of older versions don't say. */
  scoringSeconds: z.number().default(0),
  memoryBytes: z.number(),
  recompute: z.boolean(),
})

export type StoredResult = z.infer<typeof resultSchema>

/** The text of run.json. */
export function encodeDescription(description: RunDescription, statistics: Statistics, signal: Signal): string {
  return encodeChecked({ ...description, statistics: storedStatistics(statistics), signal })
}

/** A description in the current format. Format 1 called the settings `recipe`. */
function fromFormat1(description: object): object {
  const { recipe: settings, ...rest }: { recipe?: unknown } = { ...description }
  return withCurrentSettings({ ...rest, settings })
}

/** Throws a `run` error where there is no run, one of another version, or one that was changed. */
export function readDescription(folder: string): StoredDescription {
  const file = join(folder, workKinds.run.file)
  if (!existsSync(file)) throw noWork(folder, 'run')
  const kind = { noun: 'run', format: runFormat, anew: 'train anew', upgrade: fromFormat1 }
  const { checksum: _, ...description } = readChecked(file, fileSchema, kind)
  return description
}

/** The settings that were written. Throws a `run` error where this version can't go on with them. */
export function storedSettings(
  settings: RunDescription['settings'],
  seed: number,
  place = 'settings',
): TrainingSettings {
  return readSettings({ ...settings, seed }, place)
}

/** Undefined where the run hasn't come to an end. Throws a `run` error where the file is broken. */
export function readResult(folder: string): StoredResult | undefined {
  const file = join(folder, resultFile)
  return existsSync(file) ? readJson(file, resultSchema) : undefined
}
