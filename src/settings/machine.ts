/** The options of the computing machine, with one row for each option. */
import { type Fields, field, type Input } from '../support/fields.ts'
import { bytes, choice, threadCount } from '../support/kinds.ts'

export const machine = {
  /** Number of threads of a training. The default is one thread for each CPU core. */
  threads: field(threadCount(), {
    usual: 'one for each core',
    flag: '--threads <n>',
    help: 'number of threads',
  }),
  /** Whether to compute the same bits on every machine, with products and sums instead of fused multiply-adds. */
  exact: field(choice(), { flag: '--exact', help: 'compute the same bits on every machine, at some cost in speed' }),
  /**
   * Whether convolutions of 3 x 3 use Winograd's algorithm if the algorithm is faster than the direct sum. By default,
   * Winograd's algorithm is used. The value false makes all convolutions use the direct sum.
   */
  winograd: field(choice(), {
    // Runs that were stored before Isobath had Winograd's algorithm resume without the algorithm.
    before: false,
    flag: '--no-winograd',
    help: 'compute all convolutions by the direct sum: slower, with slightly smaller rounding errors',
  }),
  /** Largest memory that a program may use, in bytes. */
  memoryLimit: field(bytes(), {
    usual: '4GiB',
    flag: '--memory <size>',
    help: 'largest memory that a program may use, such as 2GiB',
  }),
} satisfies Fields

export type MachineOptions = Input<typeof machine>
