/**
 * The ways to get the initial weights of a training. `drawn` takes the weights as the network's initializers draw them.
 * `lsuv` draws the same weights and rescales them layer by layer on one batch (Mishkin & Matas 2016).
 */
export const startNames = ['drawn', 'lsuv'] as const

/** A way to get the initial weights of a training. */
export type StartName = (typeof startNames)[number]
