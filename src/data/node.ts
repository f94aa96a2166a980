/**
 * Loads the functions for data sets in files, which need Node. Generated sets don't need this module. A bundle for
 * browsers replaces this module with `browser.ts`.
 */
export const dataFiles: (caller: string) => Promise<typeof import('./files.ts')> = () => import('./files.ts')
