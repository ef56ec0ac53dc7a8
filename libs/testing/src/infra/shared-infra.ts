/** Where the servers of this test run are. */
export interface SharedInfra {
  readonly postgresUrl: string;
  readonly natsUrl: string;
}

/** Names of the variables through which jest's global set-up tells its workers. Set them yourself to use servers of your own. */
export const INFRA_VARIABLES = { postgres: 'TEST_POSTGRES_URL', nats: 'TEST_NATS_URL' } as const;

/** The servers that jest's global set-up started for the int tier. Throws outside of it. */
export function infra(): SharedInfra {
  return { postgresUrl: read(INFRA_VARIABLES.postgres), natsUrl: read(INFRA_VARIABLES.nats) };
}

function read(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new Error(
    `${name} is not set: tests that need servers are *.int-spec.ts and run with \`jest --selectProjects int\`.`,
  );
}
