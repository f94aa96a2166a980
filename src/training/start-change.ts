/** What was changed in drawn weights before the first step of a training, as facts and in words. */
import { z } from 'zod'
import type { Standardizer } from '../data/standardize.ts'
import { counted, grouped } from '../format/words.ts'
import type { Weights } from './evaluator.ts'

/** The changes that LSUV made to the drawn weights of a training. */
export interface StartChange {
  /** Number of weighted layers. Each iteration of a repeated layer counts as a layer. */
  readonly layers: number
  /** Number of layers whose weights were multiplied by a factor. */
  readonly changed: number
  /** Smallest factor on the weights of a changed layer, or 1 if no layer was changed. */
  readonly smallest: number
  /** Largest factor on the weights of a changed layer, or 1 if no layer was changed. */
  readonly largest: number
  /** Number of layers whose outputs reach no variance near 1 with any factor. */
  readonly unreached: number
  /** Number of training samples on which the variances were measured. */
  readonly samples: number
}

export const startChangeSchema: z.ZodType<StartChange> = z.object({
  layers: z.number(),
  changed: z.number(),
  smallest: z.number(),
  largest: z.number(),
  unreached: z.number(),
  samples: z.number(),
})

/** Initial weights of a training, and the changes to the drawn weights, if any. */
export interface AdjustedStart {
  readonly weights: Weights
  readonly change: StartChange
}

/** Ways to follow and to stop the change of initial weights. */
export interface AdjustControl {
  readonly abort?: AbortSignal
  /** Called after each weighted layer with the number of layers done. */
  readonly onLayer?: (done: number) => void
}

/** The change of the initial weights of a training. */
export interface StartAdjuster {
  /** Number of weighted layers. Each iteration of a repeated layer counts as a layer. */
  readonly layers: number
  /**
   * Draws the initial weights and changes them on the training set. Throws the reason of `abort` if `abort` stops the
   * work.
   */
  adjust(standardizer: Standardizer, control?: AdjustControl): Promise<AdjustedStart>
}

/** Describes in words what LSUV changed, in one or two sentences. */
export function describeStartChange({ layers, changed, smallest, largest, unreached, samples }: StartChange): string {
  const on = `on a batch of ${counted(samples, 'sample')}`
  const range =
    smallest === largest ? `by a factor of ${size(smallest)}` : `by factors from ${size(smallest)} to ${size(largest)}`
  const of = changed === layers ? counted(layers, 'layer') : `${grouped(changed)} of ${counted(layers, 'layer')}`
  const done =
    changed === 0
      ? `LSUV changed the scale of no layer, measured ${on}.`
      : `LSUV changed the ${changed === 1 ? 'scale' : 'scales'} of ${of} ${range}, measured ${on}.`
  if (unreached === 0) return done
  const [noun, verb] = unreached === 1 ? ['layer', 'keeps'] : ['layers', 'keep']
  return `${done} ${grouped(unreached)} ${noun} ${verb} the drawn weights, because no factor gives their outputs a variance of 1.`
}

const size = (value: number): string => String(Number(value.toPrecision(2)))
