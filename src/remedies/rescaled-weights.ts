/** LSUV: the drawn weights, rescaled layer by layer, so that the outputs of every layer have variance 1 on one batch. */
import { leavesOf } from '../network/leaves.ts'
import type { Remedy } from './remedy.ts'

export const rescaledWeights: Remedy = {
  size: 'start',
  about: 'changes the scales of the drawn weights and nothing else',
  apply: ({ network, settings }) => {
    const isWeighted = leavesOf(network).some(({ kind }) => kind === 'dense' || kind === 'conv')
    if (settings.start === 'lsuv' || !isWeighted) return undefined
    return { network, settings: { ...settings, start: 'lsuv' }, words: 'rescale the initial weights by LSUV' }
  },
}
