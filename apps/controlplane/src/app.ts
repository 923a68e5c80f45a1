import 'reflect-metadata';
import { ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport, type GrpcOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { loadProto, MAX_MESSAGE_BYTES, PROTO_PACKAGE, type ControlPlaneConfig } from '@sluice/api';
import { connectStore, type Store } from '@sluice/store';
import { FlowRelay } from './agents/relay.js';
import { AgentSessions } from './agents/sessions.js';
import { AppModule } from './app.module.js';
import { reflectionGuard } from './auth/reflection-guard.js';
import { readPems, splitListen } from './config.js';
import type { OpenApiHolder } from './health/health.rest.js';
import { Readiness } from './health/readiness.js';
import { registerBodies } from './http/bodies.js';
import { Validation } from './http/validation.js';
import { VERSION } from './version.js';

const MAX_BODY_BYTES = 9 * 1024 * 1024;
/** How long a stop waits for calls under way. */
const DRAIN_MS = 4_000;

export interface StartOptions {
  readonly logLevels?: LogLevel[];
  /** Puts something between this replica and its store: tests do. */
  readonly around?: (store: Store) => Store;
}

/** A running control plane. */
export interface ControlPlane {
  readonly app: NestFastifyApplication;
  /** Ends streams, waits for calls under way for at most 4 s, closes everything. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts REST and gRPC; resolves when both listen. etcd may be down: calls are answered UNAVAILABLE until it is there.
 * Throws ConfigError for files that cannot be read, an Error where an address cannot be had.
 */
export async function startControlPlane(
  config: ControlPlaneConfig,
  options: StartOptions = {},
): Promise<ControlPlane> {
  const { around = (store) => store } = options;
  const store = around(connectStore({ endpoints: config.etcd.endpoints, tls: readPems(config.etcd.tls) }));
  const logger = new ConsoleLogger({
    json: true,
    colors: false,
    logLevels: options.logLevels ?? ['log', 'warn', 'error', 'fatal'],
  });
  const openApi: OpenApiHolder = { document: {} };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, store, openApi),
    restAdapter(config),
    {
      bodyParser: false,
      logger,
      abortOnError: false,
    },
  );
  registerBodies(app.getHttpAdapter().getInstance());
  app.useGlobalPipes(new Validation());
  app.connectMicroservice<GrpcOptions>(grpcOptions(config), { inheritAppConfig: true });
  try {
    await app.startAllMicroservices();
    const { host, port } = splitListen(config.rest.listen);
    await app.listen(port, host);
  } catch (error) {
    await app.close().catch(() => undefined);
    await store[Symbol.asyncDispose]();
    throw error;
  }
  openApi.document = describe(app);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await drain(app);
    await store[Symbol.asyncDispose]();
  };
  return { app, stop: () => (stopping ??= stop()) };
}

function restAdapter(config: ControlPlaneConfig): FastifyAdapter {
  const { ca, cert, key } = readPems(config.rest.tls);
  const https = { ca, cert, key, requestCert: true, rejectUnauthorized: true };
  return new FastifyAdapter({ https, bodyLimit: MAX_BODY_BYTES, forceCloseConnections: 'idle' });
}

function grpcOptions(config: ControlPlaneConfig): GrpcOptions {
  const { ca, cert, key } = readPems(config.grpc.tls);
  const { packageDefinition } = loadProto();
  return {
    transport: Transport.GRPC,
    options: {
      url: config.grpc.listen,
      package: PROTO_PACKAGE,
      packageDefinition,
      credentials: ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], true),
      maxReceiveMessageLength: MAX_MESSAGE_BYTES,
      maxSendMessageLength: MAX_MESSAGE_BYTES,
      keepalive: { keepaliveTimeMs: 10_000, keepaliveTimeoutMs: 5_000 },
      channelOptions: { interceptors: [reflectionGuard] },
      gracefulShutdown: true,
      onLoadPackageDefinition: (definition, server) => {
        new ReflectionService(definition as typeof packageDefinition).addToServer(
          server as Parameters<ReflectionService['addToServer']>[0],
        );
      },
    },
  };
}

function describe(app: NestFastifyApplication): object {
  const config = new DocumentBuilder()
    .setTitle('Sluice')
    .setDescription(
      'Identity-based networking and security. Callers are client certificates: O=sluice:<role>, CN=<user>.',
    )
    .setVersion(VERSION)
    .build();
  return SwaggerModule.createDocument(app, config);
}

async function drain(app: NestFastifyApplication): Promise<void> {
  app.get(Readiness).stop();
  app.get(AgentSessions).closeAll();
  app.get(FlowRelay, { strict: false }).closeAll();
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, DRAIN_MS).unref());
  await Promise.race([app.close(), timeout]);
}
