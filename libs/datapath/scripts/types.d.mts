import type { BtfEnum, BtfStruct } from '@sluice/native';

/** What a header declares: structs and enums by name, constants with their numbers. */
export interface Constant {
  readonly name: string;
  readonly value: number;
}
export interface Types {
  readonly structs: readonly BtfStruct[];
  readonly enums: readonly BtfEnum[];
  readonly constants: readonly Constant[];
}
type DumpBtf = (path: string) => {
  readonly structs: readonly BtfStruct[];
  readonly enums: readonly BtfEnum[];
};

export function declared(header: string): {
  readonly structs: readonly string[];
  readonly enums: readonly string[];
  readonly constants: readonly Constant[];
};
export function sameLayout(structs: readonly BtfStruct[], built: readonly BtfStruct[], object: string): void;
export function readTypes(bpf: string, dumpBtf: DumpBtf): Types;
