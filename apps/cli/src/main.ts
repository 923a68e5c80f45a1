#!/usr/bin/env node
import { processIo } from './io.js';
import { run } from './program.js';

// gRPC sets addresses as TLS server names (DEP0123): nothing that a user could act on.
process.noDeprecation = true;
process.exitCode = await run(process.argv.slice(2), processIo());
