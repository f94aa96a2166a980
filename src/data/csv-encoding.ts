/**
 * The encoding of a table: how its columns became inputs and targets. A run stores the encoding of its table as plain
 * JSON, so that other tables can be read in the same way.
 */

/** The name and the role of one column of a table. */
export type EncodedColumn =
  | { readonly name: string; readonly role: 'target' | 'ignored' }
  /** `fill` is the median of the training rows, with which missing cells are filled. */
  | ({ readonly name: string; readonly role: 'number'; readonly fill?: number } & Indicated)
  /**
   * `words` lists the words of a categorical column in the order of their inputs. The input of a word is 1 in rows
   * whose cell has the word, and 0 in other rows. `fill` is the most frequent word of the training rows, with which
   * missing cells are filled.
   */
  | ({
      readonly name: string
      readonly role: 'category'
      readonly words: readonly string[]
      readonly fill?: string
    } & Indicated)

interface Indicated {
  /**
   * True if an additional input, after the other inputs of the column, is 1 in rows whose cell is missing and 0 in
   * other rows.
   */
  readonly indicator?: true
}

/** A column that becomes inputs. */
export type InputColumn = Extract<EncodedColumn, { readonly role: 'number' | 'category' }>

/** Whether a column becomes inputs. */
export const isInput = (column: EncodedColumn): column is InputColumn =>
  column.role === 'number' || column.role === 'category'

/** Returns the number of inputs that a column becomes. */
export function inputsOf(column: EncodedColumn): number {
  if (!isInput(column)) return 0
  return (column.role === 'category' ? column.words.length : 1) + (column.indicator ? 1 : 0)
}

/** Whether an encoding has the values with which missing cells are filled. */
export const canFill = ({ columns }: TableEncoding): boolean =>
  columns.some((column) => isInput(column) && column.fill !== undefined)

/** Describes how the columns of a table became the inputs and the targets of a network. */
export interface TableEncoding {
  /**
   * Whether the table's first line named the columns. The columns of a table without a header have the names `column
   * 1`, `column 2` and so on.
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
