/** The file diagnosis.json in the folder of a diagnosis: the diagnosed network and the settings. Node only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { StepPlan } from '../diagnosis/trial-store.ts'
import { machine } from '../settings/machine.ts'
import { encodeChecked, readChecked, storedOption, withCurrentSettings } from './checked-json.ts'
import { commandSchema, dataSchema } from './run-description.ts'
import { noWork, workKinds } from './work-folder.ts'

/**
 * Format of diagnosis.json. The format number rises when names in diagnosis.json change, or when a new version of
 * Isobath would resume an older diagnosis to another result. Format 2 changed only names in the file, so files of
 * format 1 can still be read.
 */
const diagnosisFormat = 2

const descriptionSchema = z.object({
  isobath: z.string(),
  /** Name that the user gave the network. */
  label: z.string(),
  network: z.unknown(),
  input: z.array(z.number().int().positive()),
  data: dataSchema,
  /** Settings of the diagnosis's trainings, without the seed, which differs between trials. */
  settings: z.record(z.string(), z.unknown()),
  choosesSteps: z.union([z.boolean(), z.literal('where too long')]),
  seeds: z.array(z.number().int().nonnegative()).min(1),
  /** Time budget of the whole diagnosis, in seconds. JSON stores an infinite budget as null. */
  budgetSeconds: z
    .number()
    .positive()
    .nullable()
    .transform((seconds) => seconds ?? Number.POSITIVE_INFINITY),
  /** Network to compare with, if the user gave a network to replace the shallower twin. */
  against: z.unknown().optional(),
  /** Whether the caller gave a function for the initial weights, which a file can't store. */
  ownStart: z.boolean(),
  /**
   * SHA-256 hash of the caller's initial weights for the first seed. Folders of older versions have no hash of the
   * initial weights.
   */
  startSha256: z.string().optional(),
  /** Number of control trainings between two judgments of the diagnosis. */
  together: z.number().int().positive(),
  /** Notes for the reader of the diagnosis. */
  notes: z.array(z.string()),
  /** Mode of the computation. `backend` is absent for the backend wasm. */
  mode: z.object({
    backend: z.string().optional(),
    exact: storedOption(machine.exact),
    winograd: storedOption(machine.winograd),
  }),
  versions: z.record(z.string(), z.string()),
  /**
   * Words of the command line that started the diagnosis, or the diagnosed run; absent if a program did so, and in folders
   * of older versions.
   */
  command: commandSchema.optional(),
})

export type DiagnosisDescription = z.infer<typeof descriptionSchema>

const fileSchema = descriptionSchema.extend({
  format: z.literal(diagnosisFormat),
  plan: z.object({
    steps: z.number().int().positive(),
    chosenFor: z.number().optional(),
    shortened: z.object({ from: z.number(), budgetSeconds: z.number(), enoughSeconds: z.number() }).optional(),
  }),
  checksum: z.string(),
})

export interface StoredDiagnosis extends DiagnosisDescription {
  /** Number of steps of each training in the diagnosis, which was decided before the first training. */
  readonly plan: StepPlan
}

/** Encodes the text of diagnosis.json. */
export function encodeDiagnosis(diagnosis: StoredDiagnosis): string {
  return encodeChecked({ format: diagnosisFormat, ...diagnosis })
}

/**
 * Reads diagnosis.json. Throws a `run` error if diagnosis.json is missing, has an unknown format, is broken, or was
 * changed.
 */
export function readDiagnosis(folder: string): StoredDiagnosis {
  const file = join(folder, workKinds.diagnosis.file)
  if (!existsSync(file)) throw noWork(folder, 'diagnosis')
  const kind = {
    noun: 'diagnosis',
    format: diagnosisFormat,
    anew: 'start a new diagnosis',
    upgrade: withCurrentSettings,
  }
  const { checksum: _, format: __, ...diagnosis } = readChecked(file, fileSchema, kind)
  return diagnosis
}
