/** Whole numbers below a bound. */
export type Dice = (below: number) => number
export function createDice(seed: number): Dice
export function mutate(corpus: readonly Uint8Array[], dice: Dice): Uint8Array
