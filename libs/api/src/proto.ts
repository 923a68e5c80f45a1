import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';

/** Files of the contract, relative to the proto folder; they import the others. */
export const PROTO_FILES: readonly string[] = ['sluice/v1/agent.proto', 'sluice/v1/controlplane.proto'];
export const PROTO_PACKAGE = 'sluice.v1';

/**
 * How messages look in JavaScript, the same for every part and for the generated types: camel case, 64-bit numbers as
 * numbers (revisions stay below 2^53), enums by name, absent fields with their defaults, oneofs named.
 */
const OPTIONS: Options = { longs: Number, enums: String, defaults: true, oneofs: true };

/** One largest message: an apply of 1,000 documents, a map dump. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export type ServiceName = 'Policies' | 'Cluster' | 'Flows' | 'NodeInspection' | 'AgentStream' | 'Agent';

export interface LoadedProto {
  /** For servers that want the definition itself (NestJS, reflection). */
  readonly packageDefinition: PackageDefinition;
  /** Client constructors; `.service` of each is the definition for `Server.addService`. */
  readonly services: Readonly<Record<ServiceName, ServiceClientConstructor>>;
}

/** The proto folder: beside a bundle (`./proto`), else in this package. Throws an Error naming the places if there is none. */
export function protoDir(): string {
  const places = ['./proto', '../proto'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = places.find((path) => existsSync(`${path}/${PROTO_FILES[0]}`));
  if (found === undefined) {
    throw new Error(
      `the proto files are missing: looked in ${places.join(' and ')}; copy libs/api/proto beside the bundle`,
    );
  }
  return found;
}

let loaded: LoadedProto | undefined;

/** The contract, parsed once. Throws if the proto files cannot be found or read. */
export function loadProto(): LoadedProto {
  if (loaded !== undefined) return loaded;
  const packageDefinition = loadSync([...PROTO_FILES], { ...OPTIONS, includeDirs: [protoDir()] });
  const root = loadPackageDefinition(packageDefinition) as unknown as {
    sluice: { v1: Record<ServiceName, ServiceClientConstructor> };
  };
  loaded = { packageDefinition, services: root.sluice.v1 };
  return loaded;
}
