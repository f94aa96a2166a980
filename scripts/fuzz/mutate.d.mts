/** Returns a random whole number from 0 to `below` - 1. */
export type Dice = (below: number) => number
export function createDice(seed: number): Dice
export function mutate(corpus: readonly Uint8Array[], dice: Dice): Uint8Array
