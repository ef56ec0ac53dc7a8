/**
 * OpenTelemetry, on only where an OTLP endpoint is set: an SDK that is loaded and idle costs tens of megabytes a
 * process. Returns what ends it (and flushes).
 */
export async function startTracing(
  service: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<() => Promise<void>> {
  if (!env['OTEL_EXPORTER_OTLP_ENDPOINT']) return () => Promise.resolve();
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const sdk = new NodeSDK({ serviceName: `shotloom-${service}`, traceExporter: new OTLPTraceExporter() });
  sdk.start();
  return () => sdk.shutdown();
}
