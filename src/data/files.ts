/** The functions for data sets in files. Only `node.ts` loads this module, because reading files needs Node. */
export { checkFiles } from './check.ts'
export { loadCifar10 } from './cifar10.ts'
export { loadCsv } from './csv-file.ts'
export { DEFAULT_FOLDER, namedFolder } from './data-folders.ts'
export { fetchFiles } from './fetch.ts'
export { loadMnist } from './mnist.ts'
