export { callbackUrl, signCallback, verifyCallback } from './callback-url';
export { createLogger, type Logger } from './logger';
export { createMetrics, type MetricsRegistry } from './metrics';
export {
  baseConfigSchema,
  ConfigError,
  loadConfig,
  objectStoreConfigSchema,
  type BaseConfig,
  type ObjectStoreEnv,
} from './config';
export { HealthRegistry, type HealthCheck, type HealthReport } from './health';
export { NestLogger } from './nest-logger';
export { httpStatus, toProblem, type ProblemDetails } from './problem';
export { runService, type ServiceContext } from './run-service';
export { startInternalServer } from './internal-server';
export { Shutdown } from './shutdown';
export { inSpan, requestSpan, type RequestSpan, type SpanOptions } from './spans';
