/** The download addresses of the data sets in files, and the checksums that identify the published files. */

/** A file of samples as published, after unpacking. */
export interface Content {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** A file to download: one file of samples packed by gzip, or a tar archive of several files packed by gzip. */
export interface Download {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  /** Addresses of the file, in the order in which they are tried. */
  readonly urls: readonly string[]
  /** Folder inside the archive that holds the files of samples. Absent if the downloaded file is no archive. */
  readonly archiveFolder?: string
  readonly contents: readonly Content[]
}

/** A data set that can be downloaded. */
export interface Source {
  readonly set: string
  /** Web pages and projects in which the checksums were published. */
  readonly published: string
  readonly downloads: readonly Download[]
}

const mnistHomes = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
]

function mnistFile(name: string, bytes: number, sha256: string, unpackedBytes: number, unpacked: string): Download {
  return {
    name: `${name}.gz`,
    bytes,
    sha256,
    urls: mnistHomes.map((home) => `${home}${name}.gz`),
    contents: [{ name, bytes: unpackedBytes, sha256: unpacked }],
  }
}

const cifarBatch = (name: string, sha256: string): Content => ({ name, bytes: 30_730_000, sha256 })

const SOURCES: readonly Source[] = [
  {
    set: 'mnist',
    // The SHA-256 checksums of the packed MNIST files are those of nixpkgs and torch-rb. The packed files also have the
    // MD5 checksums that torchvision lists for MNIST: f68b3c2dcbeaaa9fbdd348bbdeb94873,
    // d53e105ee54ea40749a09fcbcd1e9432, 9fb629c4189551a2d022fa330f9573f3 and ec29112dd5afa0611ce80d1b7f02629c. The
    // checksums of the unpacked MNIST files were computed after unpacking the packed files.
    published: 'MD5 in torchvision, SHA-256 in torch-rb and nixpkgs',
    downloads: [
      mnistFile(
        'train-images-idx3-ubyte',
        9_912_422,
        '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
        47_040_016,
        'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      ),
      mnistFile(
        'train-labels-idx1-ubyte',
        28_881,
        '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
        60_008,
        '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      ),
      mnistFile(
        't10k-images-idx3-ubyte',
        1_648_877,
        '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
        7_840_016,
        '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      ),
      mnistFile(
        't10k-labels-idx1-ubyte',
        4_542,
        'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
        10_008,
        'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
      ),
    ],
  },
  {
    set: 'cifar-10',
    // The home page of CIFAR-10 lists the archive's MD5 checksum, c32a1d4ab5d03f1284b67883e8d87530. The SHA-256
    // checksums of the CIFAR-10 archive and its files are those of torch-rb. BinDeps recipes and other projects pin the
    // same CIFAR-10 archive.
    published: "MD5 on the set's home page, SHA-256 in torch-rb",
    downloads: [
      {
        name: 'cifar-10-binary.tar.gz',
        bytes: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
        urls: [
          'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
          'https://cave.cs.toronto.edu/kriz/cifar-10-binary.tar.gz',
        ],
        archiveFolder: 'cifar-10-batches-bin',
        contents: [
          cifarBatch('data_batch_1.bin', 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5'),
          cifarBatch('data_batch_2.bin', 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed'),
          cifarBatch('data_batch_3.bin', 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67'),
          cifarBatch('data_batch_4.bin', '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48'),
          cifarBatch('data_batch_5.bin', '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add'),
          cifarBatch('test_batch.bin', '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b'),
        ],
      },
    ],
  },
]

/** The data sets that can be downloaded and checked, by name. */
export const sources: ReadonlyMap<string, Source> = new Map(SOURCES.map((source) => [source.set, source]))
