import { keepDemoUser, type DemoUser, type Secrets } from './secrets';
import type { DataFolder } from './data-folder';

/** The demo user's key, made by the first start and used again by later ones as long as the gateway accepts it. */
export async function openDemoUser(options: {
  folder: DataFolder;
  secrets: Secrets;
  gatewayUrl: string;
  seed: () => Promise<string>;
}): Promise<DemoUser> {
  const { folder, secrets, gatewayUrl, seed } = options;
  const known = secrets.demoUser;
  if (known !== undefined && (await isAccepted(gatewayUrl, known.apiKey))) return known;
  const made = parseDemoUser(await seed());
  await keepDemoUser(folder.secretsFile, secrets, made);
  return made;
}

async function isAccepted(gatewayUrl: string, apiKey: string): Promise<boolean> {
  const response = await fetch(`${gatewayUrl}/api/v1/me`, { headers: { authorization: `Bearer ${apiKey}` } });
  await response.arrayBuffer();
  return response.ok;
}

/** The script's last line is JSON; what is before it are its log lines. */
function parseDemoUser(output: string): DemoUser {
  const line = output.trim().split('\n').at(-1) ?? '';
  const { userId, accountId, apiKey } = JSON.parse(line) as Record<string, unknown>;
  if (typeof userId === 'string' && typeof accountId === 'string' && typeof apiKey === 'string') {
    return { userId, accountId, apiKey };
  }
  throw new Error('The seed script did not print userId, accountId and apiKey.');
}
