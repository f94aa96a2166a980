/** What a diagnosis's folder says in words: diagnosis.json, what is diagnosed and how. Node only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { StepPlan } from '../diagnosis/trial-store.ts'
import { machine } from '../settings/machine.ts'
import { encodeChecked, readChecked, storedOption, withCurrentSettings } from './checked-json.ts'
import { dataSchema } from './run-description.ts'
import { noWork, workKinds } from './work-folder.ts'

/** Raised when a diagnosis of an older version could not go on to the same end. */
const diagnosisFormat = 2

const descriptionSchema = z.object({
  isobath: z.string(),
  /** What the user called the network. */
  label: z.string(),
  network: z.unknown(),
  input: z.array(z.number().int().positive()),
  data: dataSchema,
  /** But for the seed, which is the trials'. */
  settings: z.record(z.string(), z.unknown()),
  choosesSteps: z.union([z.boolean(), z.literal('where too long')]),
  seeds: z.array(z.number().int().nonnegative()).min(1),
  /** What all of it may take; JSON has null for Infinity. */
  budgetSeconds: z
    .number()
    .positive()
    .nullable()
    .transform((seconds) => seconds ?? Number.POSITIVE_INFINITY),
  /** What it is measured against, where that isn't its own twin. */
  against: z.unknown().optional(),
  /** Whether weights start as the caller says, which no file can. */
  ownStart: z.boolean(),
  /** SHA-256 of the weights with which the first seed's network starts then; older folders don't have it. */
  startSha256: z.string().optional(),
  /** Controls between two judgments. */
  together: z.number().int().positive(),
  /** What a reader of the answer should know. */
  notes: z.array(z.string()),
  /** The backend's name is there where it isn't wasm. */
  mode: z.object({
    backend: z.string().optional(),
    exact: storedOption(machine.exact),
    winograd: storedOption(machine.winograd),
  }),
  versions: z.record(z.string(), z.string()),
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
  /** How long its trainings are, which was decided before the first. */
  readonly plan: StepPlan
}

/** The text of diagnosis.json. */
export function encodeDiagnosis(diagnosis: StoredDiagnosis): string {
  return encodeChecked({ format: diagnosisFormat, ...diagnosis })
}

/** Throws a `run` error where there is no diagnosis, one of another version, or one that was changed. */
export function readDiagnosis(folder: string): StoredDiagnosis {
  const file = join(folder, workKinds.diagnosis.file)
  if (!existsSync(file)) throw noWork(folder, 'diagnosis')
  const kind = { noun: 'diagnosis', format: diagnosisFormat, anew: 'diagnose anew', upgrade: withCurrentSettings }
  const { checksum: _, format: __, ...diagnosis } = readChecked(file, fileSchema, kind)
  return diagnosis
}
