/**
 * @nabla/data: data sets, loaders, and readers of IDX, NPY and CSV; MNIST and the built-in digits.
 */
export type { ByteSource } from './bytes/source.js'
export type { CsvColumn, CsvColumnType } from './csv/columns.js'
export { type CsvDataset, type CsvDatasetOptions, csvDataset } from './csv/csv-dataset.js'
export { type CsvFormat, csvRows } from './csv/rows.js'
export { type CsvTable, type ReadCsvOptions, readCsv } from './csv/table.js'
export { ArrayDataset, type ArraySample } from './dataset/array-dataset.js'
export type { Dataset } from './dataset/dataset.js'
export type { Column } from './dataset/gather.js'
export { IterableDataset, type IterableFactory } from './dataset/iterable-dataset.js'
export type { ArrayInput, NestedNumbers } from './dataset/nested.js'
export { MappedDataset, type SampleTransform, SelectableDataset } from './dataset/selectable.js'
export { stackSamples } from './dataset/stack.js'
export * from './digits/index.js'
export { DataError } from './errors.js'
export { decodeIdx, encodeIdx, type IdxData, readIdx } from './formats/idx.js'
export { decodeNpy, encodeNpy, readNpy } from './formats/npy.js'
export type { BatchData, BatchDType, HostArray, HostBatch, HostData, HostSample } from './host-array.js'
export { type TensorBatch, toTensors } from './loader/collate.js'
export {
  DataLoader,
  type DataLoaderOptions,
  type DataLoaderState,
  type LoaderSource,
} from './loader/data-loader.js'
export type { DigitDataset } from './mnist/assemble.js'
export type { Fetch } from './mnist/connection.js'
export type { MnistProgress } from './mnist/download.js'
export { type DigitsOptions, type Mnist, type MnistOptions, type MnistSource, mnist } from './mnist/mnist.js'
