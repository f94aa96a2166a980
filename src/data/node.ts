/**
 * The one door to data sets in files, which need Node. Generated sets work without. A bundle for browsers puts another
 * module in the place of this one, which says so, as for `src/api/node.ts`.
 */
export const dataFiles = (): Promise<typeof import('./files.ts')> => import('./files.ts')
