/** The package's version. A test checks that this version equals the version in package.json. */
export const version = '0.3.0'
