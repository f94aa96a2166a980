/** Schema of a table's encoding in JSON: how the columns of a table become inputs and targets. */
import { z } from 'zod'
import type { TableEncoding } from '../data/csv-encoding.ts'

const different = (names: readonly string[]): boolean => new Set(names).size === names.length
const namesSchema = z.array(z.string()).refine(different).readonly()

const indicated = { indicator: z.literal(true).optional() }

export const encodingSchema = z
  .object({
    named: z.boolean(),
    columns: z
      .array(
        z.union([
          z.object({ name: z.string(), role: z.enum(['target', 'ignored']) }),
          z.object({ name: z.string(), role: z.literal('number'), fill: z.number().optional(), ...indicated }),
          z
            .object({
              name: z.string(),
              role: z.literal('category'),
              words: namesSchema,
              fill: z.string().optional(),
              ...indicated,
            })
            .refine(({ words, fill }) => fill === undefined || words.includes(fill)),
        ]),
      )
      .refine((columns) => different(columns.map(({ name }) => name)))
      .readonly(),
    target: z.enum(['classes', 'values', 'autoencode']),
    classes: namesSchema.optional(),
  })
  .refine(({ columns, target, classes }) => {
    const has = (...roles: string[]): boolean => columns.some(({ role }) => roles.includes(role))
    const isComplete = (target === 'classes') === (classes !== undefined) && (target !== 'autoencode') === has('target')
    return isComplete && has('number', 'category')
  }) satisfies z.ZodType<TableEncoding>
