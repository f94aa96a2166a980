/** The options of the machine that computes, a row for each. */
import { type Fields, field, type Input } from '../support/fields.ts'
import { bytes, choice, threadCount } from '../support/kinds.ts'

export const machine = {
  /** Threads of a training; one per core by default. */
  threads: field(threadCount(), {
    usual: 'one for each core',
    flag: '--threads <n>',
    help: 'threads to use',
  }),
  /** The same bits on every machine: products and sums instead of fused multiply-adds. */
  exact: field(choice(), { flag: '--exact', help: 'the same bits on every machine, at some cost in speed' }),
  /** Winograd's algorithm for convolutions of 3 x 3, where that is faster (true by default), or the direct sum alone (false). */
  winograd: field(choice(), {
    // Runs from before there was the algorithm go on without it.
    before: false,
    flag: '--no-winograd',
    help: 'convolutions by the direct sum alone: slower, and rounded a little less',
  }),
  /** The most bytes of memory that a program may use. */
  memoryLimit: field(bytes(), {
    usual: '4GiB',
    flag: '--memory <size>',
    help: 'the most memory a program may use, such as 2GiB',
  }),
} satisfies Fields

export type MachineOptions = Input<typeof machine>
