/**
 * The encoding of a table: how its columns became inputs and targets. A run stores the encoding as plain JSON, to read
 * other tables in the same way.
 */

/** What one column of a table became. */
export type EncodedColumn =
  | { readonly name: string; readonly role: 'number' | 'target' | 'ignored' }
  /**
   * `words` are in the order of their inputs. The input of a word is 1 in rows whose cell has the word, and 0 in other
   * rows.
   */
  | { readonly name: string; readonly role: 'category'; readonly words: readonly string[] }

/** How the columns of a table became inputs and targets. */
export interface TableEncoding {
  /**
   * Whether the table's first line named the columns. Without a header, the names are `column 1`, `column 2` and so on.
   */
  readonly named: boolean
  /** The columns in the order of the table, which is also the order of the inputs and the targets. */
  readonly columns: readonly EncodedColumn[]
  /** What the network predicts: classes, values, or its own inputs (`autoencode`). */
  readonly target: 'classes' | 'values' | 'autoencode'
  /** Names of the classes, in the order of the class numbers. */
  readonly classes?: readonly string[]
}

/** Returns the encoding of the same table for autoencoding. Label columns are ignored. */
export function autoencoded({ named, columns }: TableEncoding): TableEncoding {
  const unlabeled = columns.map((column): EncodedColumn => {
    return column.role === 'target' ? { name: column.name, role: 'ignored' } : column
  })
  return { named, columns: unlabeled, target: 'autoencode' }
}
