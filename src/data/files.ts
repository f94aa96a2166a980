/** All that the rest asks of data sets in files. It is loaded by `node.ts` alone, and needs Node. */
export { checkFiles } from './check.ts'
export { loadCifar10 } from './cifar10.ts'
export { loadCsv } from './csv-file.ts'
export { DEFAULT_FOLDER, namedFolder } from './data-folders.ts'
export { fetchFiles } from './fetch.ts'
export { loadMnist } from './mnist.ts'
