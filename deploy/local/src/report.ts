import type { RuntimeInfo } from '@shotloom/testing';

/** What a person needs to know once everything runs. */
export function describeRuntime(info: RuntimeInfo, film: string | undefined, detached: boolean): string {
  const lines = [
    '',
    'Shotloom is ready.',
    ...(film === undefined ? [] : [`  Film      ${film}`]),
    `  Console   ${info.consoleUrl}`,
    `  API docs  ${info.docsUrl}`,
    `  API key   ${info.apiKey}`,
    ...(info.adminEmail === undefined
      ? []
      : [`  Admin     ${info.adminEmail} / ${info.adminPassword ?? ''}`]),
    ...Object.entries(info.simulators).map(([name, url]) => `  Simulated ${name} at ${url}`),
    `  Logs      ${info.logs}`,
    '',
    'Make another one:',
    `  curl -s ${info.gatewayUrl}/api/v1/generate/text-to-video \\`,
    `    -H 'Authorization: Bearer ${info.apiKey}' -H 'Content-Type: application/json' \\`,
    `    -d '{"prompt":"A lighthouse at dusk, camera pans left","duration":5,"aspect_ratio":"16:9"}'`,
    '',
    detached ? 'It goes on in the background; `npm run stop` ends it.' : 'Ctrl-C ends it; the data stays.',
  ];
  return lines.join('\n');
}
