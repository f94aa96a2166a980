/** The form in which files hold facts. */
import { z } from 'zod'
import { type Fact, factNames } from './fact.ts'

const value = z.union([z.number(), z.string()]).optional()

/** Schema of a fact in a file. */
export const factSchema: z.ZodType<Fact> = z.object({
  fact: z.enum(factNames),
  sentence: z.string(),
  remedy: z.string(),
  change: z
    .object({
      batch: value,
      classWeights: value,
      clipNorm: value,
      loss: value,
      standardize: value,
      standardizeTargets: value,
      steps: value,
    } satisfies Record<keyof NonNullable<Fact['change']>, typeof value>)
    .optional(),
})
