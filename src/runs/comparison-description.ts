/** The file comparison.json in the folder of a comparison: the compared networks and the settings. Node only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { precisions } from '../backends/backend.ts'
import { machine } from '../settings/machine.ts'
import { encodeChecked, readChecked, storedOption, withCurrentSettings } from './checked-json.ts'
import { commandSchema, dataSchema } from './run-description.ts'
import { noWork, workKinds } from './work-folder.ts'

/**
 * Format of comparison.json. The format number rises when names in comparison.json change, or when a new version of
 * Isobath would resume an older comparison to another result. Format 2 changed only names in the file, so files of
 * format 1 can still be read.
 */
const comparisonFormat = 2

const whole = z.number().int().nonnegative()

const familySchema = z.object({
  /** Text of the family's networks, without the depth. */
  name: z.string(),
  /** Name of the network family in tables and pictures. */
  label: z.string(),
  /** The networks of the family, one for each depth, in the order of the depths. */
  networks: z.array(z.unknown()),
})

const descriptionSchema = z.object({
  isobath: z.string(),
  families: z.array(familySchema).min(1),
  depths: z.array(z.number()).min(1),
  seeds: z.array(whole).min(1),
  input: z.array(z.number().int().positive()),
  data: dataSchema,
  /**
   * Settings of the comparison's trainings, without the seed. If only networks of at least `fromLayers` layers get the
   * warm-up, the stored settings still have `fromLayers`.
   */
  settings: z.record(z.string(), z.unknown()),
  /** Rates of the search for each network's best rate, or `ladder`. Absent if no rate is searched for. */
  rates: z.union([z.array(z.number()).min(1), z.literal('ladder')]).optional(),
  mode: z.object({
    backend: z.string(),
    precision: z.enum(precisions),
    exact: storedOption(machine.exact),
    winograd: storedOption(machine.winograd),
  }),
  versions: z.record(z.string(), z.string()),
  /** Words of the command line that started the comparison; absent if a program started the comparison. */
  command: commandSchema.optional(),
})

export type ComparisonDescription = z.infer<typeof descriptionSchema>

const fileSchema = descriptionSchema
  .extend({ format: z.literal(comparisonFormat), checksum: z.string() })
  .refine(({ families, depths }) => families.every(({ networks }) => networks.length === depths.length), {
    message: 'expected a network for each depth',
    path: ['families'],
  })

/** Encodes the text of comparison.json. */
export function encodeComparison(comparison: ComparisonDescription): string {
  return encodeChecked({ format: comparisonFormat, ...comparison })
}

/**
 * Reads comparison.json. Throws a `run` error if comparison.json is missing, has an unknown format, is broken, or was
 * changed.
 */
export function readComparison(folder: string): ComparisonDescription {
  const file = join(folder, workKinds.comparison.file)
  if (!existsSync(file)) throw noWork(folder, 'comparison')
  const kind = {
    noun: 'comparison',
    format: comparisonFormat,
    anew: 'start a new comparison',
    upgrade: withCurrentSettings,
  }
  const { checksum: _, format: __, ...comparison } = readChecked(file, fileSchema, kind)
  return comparison
}
