/** Data files of other programs, which Isobath can't read yet, and how to write them as tables. */
import { IsobathError } from '../support/errors.ts'

/** A kind of data file that Isobath can't read. */
interface ForeignData {
  readonly endings: readonly string[]
  /** One file of this kind, with its article. */
  readonly one: string
  readonly many: string
  /** Returns sentences that say how to write the file as a table. `file` and `table` are quoted for a shell. */
  readonly remedy: (file: string, table: string) => string
}

/**
 * Returns the sentence `first`, and then a command that runs a line of Python with the names of the table and the file.
 * The command is last, without a period, so that it is easy to copy.
 */
const python = (first: string, line: string): ForeignData['remedy'] => {
  return (file, table) => `${first} This command writes a table: python3 -c "${line}" ${table} ${file}`
}

/** The line of Python that writes the arrays in the list `a` side by side. */
const write = "n.savetxt(sys.argv[1], n.column_stack([x.reshape(len(x), -1) for x in a]), '%s', ',')"

const kinds: readonly ForeignData[] = [
  {
    endings: ['npy'],
    one: 'a NumPy file',
    many: 'NumPy files',
    remedy: python(
      'If the labels are in another array, add its file to the end of the command.',
      `import sys, numpy as n; a = [n.load(f) for f in sys.argv[2:]]; ${write}`,
    ),
  },
  {
    endings: ['npz'],
    one: 'a NumPy file',
    many: 'NumPy files',
    remedy: python(
      'The command takes arrays of one length, the labels last, and docs/data.md shows one for other arrays.',
      `import sys, numpy as n; z = n.load(sys.argv[2]); a = [z[k] for k in z.files]; ${write}`,
    ),
  },
  {
    endings: ['parquet'],
    one: 'a Parquet file',
    many: 'Parquet files',
    remedy: python(
      'The command needs the Python packages pandas and pyarrow.',
      'import sys, pandas; pandas.read_parquet(sys.argv[2]).to_csv(sys.argv[1], index=False)',
    ),
  },
  {
    endings: ['pkl', 'pickle'],
    one: 'a pickle file',
    many: 'pickle files',
    remedy: python(
      'The command needs the Python package pandas, and it runs any code that the file contains.',
      'import sys, pandas; pandas.read_pickle(sys.argv[2]).to_csv(sys.argv[1], index=False)',
    ),
  },
  {
    endings: ['xlsx', 'xls', 'ods'],
    one: 'a spreadsheet file',
    many: 'spreadsheet files',
    remedy: (_, table) => `Save the sheet as CSV in your spreadsheet program, such as ${table}.`,
  },
  {
    endings: ['png', 'jpg', 'jpeg', 'gif', 'bmp', 'webp', 'tif', 'tiff'],
    one: 'an image',
    many: 'images',
    remedy: () =>
      'Write the images as a table with a row of bytes for each image, or as IDX files. The page docs/data.md has a short Python script for each.',
  },
]

const endingOf = (path: string): string => /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase() ?? ''

const kindOf = (path: string): ForeignData | undefined => kinds.find(({ endings }) => endings.includes(endingOf(path)))

/** Whether a file has the ending of a data file that Isobath can't read. */
export const isForeignData = (path: string): boolean => kindOf(path) !== undefined

/** A word of a command for a shell. A word with other characters than those of most paths is quoted. */
const quoted = (word: string): string => (/^[\w./:@%+=,~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/**
 * Throws a `data` error if the ending of a file's name belongs to a data file that Isobath can't read. The error says
 * how to write the file as a table. `inside` is the folder that the user named, if the file is in a folder.
 */
export function refuseForeignData(file: string, inside?: string): void {
  const kind = kindOf(file)
  if (kind === undefined) return
  const { one, many, remedy } = kind
  const found = inside === undefined ? `${one} (.${endingOf(file)})` : `${many}, such as ${file}`
  const expected = inside === undefined ? 'a table' : 'train.csv and test.csv'
  const table = file.replace(/\.[^.]+$/, '.csv')
  throw new IsobathError(
    'data',
    `${inside ?? file}: expected ${expected}, got ${found}. Isobath can't read ${many} yet. ${remedy(quoted(file), quoted(table))}`,
  )
}
