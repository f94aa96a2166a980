/** What a comparison's folder says in words: comparison.json, what is compared and how. Node only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { precisions } from '../backends/backend.ts'
import { machine } from '../settings/machine.ts'
import { encodeChecked, readChecked, storedOption, withCurrentSettings } from './checked-json.ts'
import { dataSchema } from './run-description.ts'
import { noWork, workKinds } from './work-folder.ts'

/** Raised when a comparison of an older version could not go on to the same end. */
const comparisonFormat = 2

const whole = z.number().int().nonnegative()

const familySchema = z.object({
  /** How its networks are written, without their depth. */
  name: z.string(),
  /** What it is called in tables and pictures. */
  label: z.string(),
  /** One for each depth, in their order. */
  networks: z.array(z.unknown()),
})

const descriptionSchema = z.object({
  isobath: z.string(),
  families: z.array(familySchema).min(1),
  depths: z.array(z.number()).min(1),
  seeds: z.array(whole).min(1),
  input: z.array(z.number().int().positive()),
  data: dataSchema,
  /** But for the seed, and for a warm-up that depends on how many layers there are. */
  settings: z.record(z.string(), z.unknown()),
  mode: z.object({
    backend: z.string(),
    precision: z.enum(precisions),
    exact: storedOption(machine.exact),
    winograd: storedOption(machine.winograd),
  }),
  versions: z.record(z.string(), z.string()),
})

export type ComparisonDescription = z.infer<typeof descriptionSchema>

const fileSchema = descriptionSchema
  .extend({ format: z.literal(comparisonFormat), checksum: z.string() })
  .refine(({ families, depths }) => families.every(({ networks }) => networks.length === depths.length), {
    message: 'expected a network for each depth',
    path: ['families'],
  })

/** The text of comparison.json. */
export function encodeComparison(comparison: ComparisonDescription): string {
  return encodeChecked({ format: comparisonFormat, ...comparison })
}

/** Throws a `run` error where there is no comparison, one of another version, or one that was changed. */
export function readComparison(folder: string): ComparisonDescription {
  const file = join(folder, workKinds.comparison.file)
  if (!existsSync(file)) throw noWork(folder, 'comparison')
  const kind = { noun: 'comparison', format: comparisonFormat, anew: 'compare anew', upgrade: withCurrentSettings }
  const { checksum: _, format: __, ...comparison } = readChecked(file, fileSchema, kind)
  return comparison
}
