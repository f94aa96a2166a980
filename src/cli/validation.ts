/** The validation samples that early stopping needs. */
import type { DataFlags } from './data-options.ts'

/** Fraction of the training set that is held out if early stopping needs validation samples. */
const usualFraction = 0.1

/** Returns the flags with --validation 0.1 if the user asks for early stopping without --validation. */
export function withValidation<F extends DataFlags & { readonly earlyStopping?: number }>(flags: F): F {
  if (flags.earlyStopping === undefined || flags.validation !== undefined) return flags
  return { ...flags, validation: usualFraction }
}
