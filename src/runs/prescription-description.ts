/** The file prescription.json in the folder of a prescription: the network, the settings and the costs. Node only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { precisions } from '../backends/backend.ts'
import { machine } from '../settings/machine.ts'
import { encodeChecked, readChecked, storedOption, withCurrentSettings } from './checked-json.ts'
import { commandSchema, dataSchema } from './run-description.ts'
import { noWork, workKinds } from './work-folder.ts'

/**
 * Format of prescription.json. The format number rises when names in prescription.json change, or when a new version of
 * Isobath would resume an older prescription to another result.
 */
const prescriptionFormat = 1

const descriptionSchema = z.object({
  isobath: z.string(),
  /** Name that the user gave the network. */
  label: z.string(),
  network: z.unknown(),
  input: z.array(z.number().int().positive()),
  data: dataSchema,
  /** Settings of the given training, without the seed. */
  settings: z.record(z.string(), z.unknown()),
  /** Whether the plan may shorten the trainings, because the user gave no length. */
  choosesSteps: z.boolean(),
  /** Seeds of the final. */
  seeds: z.array(z.number().int().nonnegative()).min(1),
  /** Time budget in seconds. JSON stores an infinite budget as null. */
  budgetSeconds: z
    .number()
    .positive()
    .nullable()
    .transform((seconds) => seconds ?? Number.POSITIVE_INFINITY),
  /** Number of trainings that run side by side. */
  workers: z.number().int().positive(),
  /** Durations that were measured before the first training. All plans follow from these durations. */
  costs: z.object({
    secondsPerStep: z.number(),
    secondsToStart: z.number(),
    steps: z.record(z.string(), z.number()),
  }),
  /** Notes for the reader of the prescription. */
  notes: z.array(z.string()),
  mode: z.object({
    backend: z.string(),
    precision: z.enum(precisions),
    exact: storedOption(machine.exact),
    winograd: storedOption(machine.winograd),
  }),
  versions: z.record(z.string(), z.string()),
  /** Words of the command line that started the prescription; absent if a program started the prescription. */
  command: commandSchema.optional(),
})

export type PrescriptionDescription = z.infer<typeof descriptionSchema>

const fileSchema = descriptionSchema.extend({ format: z.literal(prescriptionFormat), checksum: z.string() })

/** Encodes the text of prescription.json. */
export function encodePrescription(prescription: PrescriptionDescription): string {
  return encodeChecked({ format: prescriptionFormat, ...prescription })
}

/**
 * Reads prescription.json. Throws a `run` error if prescription.json is missing, has an unknown format, is broken, or was
 * changed.
 */
export function readPrescription(folder: string): PrescriptionDescription {
  const file = join(folder, workKinds.prescription.file)
  if (!existsSync(file)) throw noWork(folder, 'prescription')
  const kind = {
    noun: 'prescription',
    format: prescriptionFormat,
    anew: 'start a new prescription',
    upgrade: withCurrentSettings,
  }
  const { checksum: _, format: __, ...prescription } = readChecked(file, fileSchema, kind)
  return prescription
}
