import { keepDemoUser, type DemoUser, type Secrets } from './secrets';
import type { DataFolder } from './data-folder';

/** As the gateway's seed script makes it. */
const DEMO_ADMIN_EMAIL = 'admin@shotloom.local';

/** The demo user's key, made by the first start and used again by later ones as long as the gateway accepts it. */
export async function openDemoUser(options: {
  folder: DataFolder;
  secrets: Secrets;
  gatewayUrl: string;
  seed: (presentKey: string | undefined) => Promise<string>;
}): Promise<DemoUser> {
  const { folder, secrets, gatewayUrl, seed } = options;
  const known = secrets.demoUser;
  const admin = { adminEmail: DEMO_ADMIN_EMAIL, adminPassword: secrets.adminPassword };
  // An older folder has a demo user and no admin.
  if (known?.adminEmail !== undefined && (await isAccepted(gatewayUrl, known.apiKey)))
    return { ...known, ...admin };
  const made = { ...parseDemoUser(await seed(known?.apiKey)), ...admin };
  await keepDemoUser(folder.secretsFile, secrets, made);
  return made;
}

async function isAccepted(gatewayUrl: string, apiKey: string): Promise<boolean> {
  const response = await fetch(`${gatewayUrl}/api/v1/me`, { headers: { authorization: `Bearer ${apiKey}` } });
  await response.arrayBuffer();
  return response.ok;
}

/** The script's last line is JSON; what is before it are its log lines. */
function parseDemoUser(output: string): Pick<DemoUser, 'userId' | 'accountId' | 'apiKey'> {
  const line = output.trim().split('\n').at(-1) ?? '';
  const { userId, accountId, apiKey } = JSON.parse(line) as Record<string, unknown>;
  if (typeof userId === 'string' && typeof accountId === 'string' && typeof apiKey === 'string') {
    return { userId, accountId, apiKey };
  }
  throw new Error('The seed script did not print userId, accountId and apiKey.');
}
