/** How a table became inputs and targets: what a run keeps of it, to read other tables in the same way. Plain JSON. */

export type EncodedColumn =
  | { readonly name: string; readonly role: 'number' | 'target' | 'ignored' }
  /** `words` in the order of their inputs: one is 1 where the cell has its word. */
  | { readonly name: string; readonly role: 'category'; readonly words: readonly string[] }

export interface TableEncoding {
  /** Whether the names were in the table's first line; else they are `column 1` and so on. */
  readonly named: boolean
  /** In the table's order, which is that of the inputs and of the targets. */
  readonly columns: readonly EncodedColumn[]
  /** What is asked of the network. */
  readonly target: 'classes' | 'values' | 'autoencode'
  /** The names of the classes, in the order of their numbers. */
  readonly classes?: readonly string[]
}

/** The same table with its inputs to be given back: labels are left out. */
export function autoencoded({ named, columns }: TableEncoding): TableEncoding {
  const unlabeled = columns.map((column): EncodedColumn => {
    return column.role === 'target' ? { name: column.name, role: 'ignored' } : column
  })
  return { named, columns: unlabeled, target: 'autoencode' }
}
