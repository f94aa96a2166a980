/** The files run.json (network, data and settings) and result.json (the result) in the folder of a run. Node only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { TableEncoding } from '../data/csv-encoding.ts'
import type { Task } from '../data/dataset.ts'
import type { Statistics } from '../data/standardize.ts'
import { factSchema } from '../facts/stored-facts.ts'
import { machine } from '../settings/machine.ts'
import { readSettings, type TrainingSettings } from '../settings/options.ts'
import type { Signal } from '../training/signal.ts'
import { type StartChange, startChangeSchema } from '../training/start-change.ts'
import { encodingSchema } from '../training/stored-encoding.ts'
import { statisticsSchema, storedStatistics } from '../training/stored-statistics.ts'
import { encodeChecked, readChecked, readJson, storedOption, withCurrentSettings } from './checked-json.ts'
import { noWork, resultFile, workKinds } from './work-folder.ts'

/**
 * Format of run.json. The format number rises when names in run.json change, or when a new version of Isobath would
 * resume an older run to other bits. Format 2 changed only names in the file, so files of format 1 can still be read.
 */
export const runFormat = 2

/** Schema of a number that JSON stores as null if the number is infinite or NaN. A null in the file is read as NaN. */
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

/** Description of a data set in the folder of stored work. The samples of the data set are not stored. */
export interface DataDescription {
  /** Name of the data set. */
  name: string
  /** Task of the data set; absent in folders of older versions. */
  task?: Task
  /** SHA-256 hash of all samples, in hexadecimal. */
  sha256: string
  /** Number of training samples. */
  train: number
  /** Number of test samples. */
  test: number
  /** Number of validation samples, if the data set has any. */
  validation?: number
  /** Names of the classes; absent if the classes have only numbers. */
  classNames?: string[]
  /** Names of the regression targets, in the order of the outputs. */
  targetNames?: string[]
  /** Notes about loading the data set, one sentence each. */
  notes?: string[]
  /** Encoding that turns the columns of a table into inputs and targets. */
  encoding?: TableEncoding
  /** Options with which the data set was loaded, so that the same data can be loaded again. */
  options: Record<string, unknown>
}

export const dataSchema: z.ZodType<DataDescription> = z.object({
  name: z.string(),
  /** Task of the data set; absent in folders of older versions. */
  task: z.enum(['classification', 'regression', 'autoencoding']).optional(),
  sha256: z.string(),
  train: z.number().int().positive(),
  test: z.number().int().nonnegative(),
  validation: z.number().int().positive().optional(),
  classNames: z.array(z.string()).optional(),
  targetNames: z.array(z.string()).optional(),
  notes: z.array(z.string()).optional(),
  encoding: encodingSchema.optional(),
  options: z.record(z.string(), z.unknown()),
})

/** Schema of the words of a command line. */
export const commandSchema = z.array(z.string()).min(1)

/** Schema of run.json, which holds everything that is needed to repeat or resume a run. */
const runDescriptionSchema = z.object({
  format: z.literal(runFormat),
  isobath: z.string(),
  /** Name that the user gave the network. */
  label: z.string(),
  network: z.unknown(),
  input: z.array(z.number().int().positive()),
  data: dataSchema,
  /** Settings of the training, without the seed. */
  settings: z.record(z.string(), z.unknown()),
  seed: z.number().int(),
  mode: z.object({
    /** Name of the backend; absent for the backend wasm. */
    backend: z.string().optional(),
    precision: z.string(),
    exact: storedOption(machine.exact),
    winograd: storedOption(machine.winograd),
  }),
  /** Number of steps between two checkpoints, or null if checkpoints are made at intervals of time. */
  checkpointEvery: z.number().int().positive().nullable(),
  versions: z.record(z.string(), z.string()),
  /** Notes about decisions that changed the training; absent if there are none. */
  notes: z.array(z.string()).optional(),
  /** Faults that showed before the training; absent if there are none, and in folders of older versions. */
  facts: z.array(factSchema).optional(),
  /** Words of the command line that started the run; absent if a program started the run, and in folders of older versions. */
  command: commandSchema.optional(),
})

export type RunDescription = z.infer<typeof runDescriptionSchema>

/** Schema of the facts about a run that are known before the first step. */
const startSchema = z.object({
  /** Statistics of the training set, by which all data for this network is standardized. */
  statistics: statisticsSchema,
  signal: signalSchema,
  /** Changes to the drawn weights; absent if nothing was changed, and in folders of older versions. */
  startChange: startChangeSchema.optional(),
})

const fileSchema = runDescriptionSchema.extend(startSchema.shape).extend({ checksum: z.string() })

export interface StoredDescription extends RunDescription {
  readonly statistics: Statistics
  readonly signal: Signal
  readonly startChange?: StartChange
}

const score = z.number().nullable()
const scoreList = z.array(score).optional()

/**
 * Schema of the scores of a set of samples. The fields are in the order in which they are written. Files of older
 * versions have only `loss`, `error` and `rmse`.
 */
export const scoresSchema = z.object({
  loss: score,
  error: score,
  accuracy: score.optional(),
  balancedAccuracy: score.optional(),
  topFiveAccuracy: score.optional(),
  classSamples: z.array(z.number()).optional(),
  recall: scoreList,
  confusion: z.array(z.array(z.number())).optional(),
  mistakes: z.array(z.object({ actual: z.number(), predicted: z.number(), count: z.number() })).optional(),
  r2: scoreList,
  rmse: scoreList,
  mae: scoreList,
})

/** Schema of the predictions of some samples; absent in files of older versions. */
export const predictionsSchema = z.object({
  set: z.enum(['train', 'test']),
  targets: z.array(z.object({ actual: z.array(z.number()), predicted: z.array(z.number().nullable()) })),
})

export const divergenceSchema = z.object({
  step: z.number(),
  layer: z.string(),
  what: z.enum(['weights', 'outputs', 'loss']),
})

/** Schema of the scores of the weights with the lowest validation loss. */
export const bestSchema = z.object({
  step: z.number().int().nonnegative(),
  train: scoresSchema,
  test: scoresSchema,
  validation: scoresSchema,
})

const errorSchema = z.object({ error: score })

/** Schema of the scores of guessing and of the best linear model. */
export const baselinesSchema = z.object({
  guessing: z.object({ train: errorSchema, test: errorSchema }),
  linear: z.object({
    train: scoresSchema,
    test: scoresSchema,
    validation: scoresSchema.optional(),
    samples: z.number().int().nonnegative(),
    code: z.number().int().positive().optional(),
    skipped: z.string().optional(),
  }),
})

const resultSchema = z.object({
  train: scoresSchema,
  test: scoresSchema,
  validation: scoresSchema.optional(),
  bestTest: z.object({ error: z.number(), step: z.number() }).optional(),
  /** Scores of the best weights; absent in results of older versions. */
  best: bestSchema.optional(),
  stoppedEarly: z.literal(true).optional(),
  /** Baselines; absent in results of older versions and of runs without baselines. */
  baselines: baselinesSchema.optional(),
  diverged: divergenceSchema.nullable(),
  interrupted: z.boolean(),
  steps: z.number().int().nonnegative(),
  signal: signalSchema,
  /** Sentences for the user; absent in results of older versions. */
  notes: z.array(z.string()).default([]),
  startChange: startChangeSchema.optional(),
  weightsSha256: z.string(),
  seconds: z.number(),
  trainingSeconds: z.number(),
  /**
   * Time for measurements between steps, in seconds; absent in results of older versions, which had no such
   * measurements.
   */
  measuringSeconds: z.number().default(0),
  /** Time for scoring, in seconds; absent in results of older versions. */
  scoringSeconds: z.number().default(0),
  memoryBytes: z.number(),
  recompute: z.boolean(),
})

export type StoredResult = z.infer<typeof resultSchema>

/** Encodes the text of run.json. */
export function encodeDescription(
  description: RunDescription,
  statistics: Statistics,
  signal: Signal,
  startChange?: StartChange,
): string {
  return encodeChecked({ ...description, statistics: storedStatistics(statistics), signal, startChange })
}

/** Converts a description of format 1 to the current format. In format 1, the field `settings` was called `recipe`. */
function fromFormat1(description: object): object {
  const { recipe: settings, ...rest }: { recipe?: unknown } = { ...description }
  return withCurrentSettings({ ...rest, settings })
}

/** Reads run.json. Throws a `run` error if run.json is missing, has an unknown format, is broken, or was changed. */
export function readDescription(folder: string): StoredDescription {
  const file = join(folder, workKinds.run.file)
  if (!existsSync(file)) throw noWork(folder, 'run')
  const kind = { noun: 'run', format: runFormat, anew: 'start a new run', upgrade: fromFormat1 }
  const { checksum: _, ...description } = readChecked(file, fileSchema, kind)
  return description
}

/**
 * Reads the stored settings of a training. `place`: the name of the settings in error messages. Throws a `run` error if
 * a setting is unknown or invalid.
 */
export function storedSettings(
  settings: RunDescription['settings'],
  seed: number,
  place = 'settings',
): TrainingSettings {
  return readSettings({ ...settings, seed }, place)
}

/** Reads result.json. Returns undefined if the run has no result yet. Throws a `run` error if result.json is broken. */
export function readResult(folder: string): StoredResult | undefined {
  const file = join(folder, resultFile)
  return existsSync(file) ? readJson(file, resultSchema) : undefined
}
