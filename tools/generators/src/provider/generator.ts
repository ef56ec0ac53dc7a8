import { formatFiles, type Tree } from '@nx/devkit';
import { join } from 'node:path';
import { dependencies, namesOf, packageJson, writeProject } from '../shared/project.ts';

export interface ProviderOptions {
  /** The provider's name as models carry it, `acme` in `acme:model-1`; the service is `provider-acme`. */
  readonly name: string;
  /** `engine` renders in our own worker, `vendor` is asked over the internet. Default: engine. */
  readonly kind?: 'engine' | 'vendor';
}

const NEEDS = [
  '@shotloom/contracts',
  '@shotloom/kernel',
  '@shotloom/provider-kit',
  '@shotloom/service-kit',
  'zod',
];

const TEMPLATES = { engine: 'files', vendor: 'vendor/files' } as const;

/** `nx g @shotloom/generators:provider <name> [--kind vendor]` */
export default async function providerGenerator(
  tree: Tree,
  { name, kind = 'engine' }: ProviderOptions,
): Promise<void> {
  const service = `provider-${name}`;
  const root = `services/${service}`;
  const names = { ...namesOf(name), constantName: name.toUpperCase().replaceAll('-', '_') };
  writeProject(tree, join(import.meta.dirname, TEMPLATES[kind]), root, names);
  const tags = ['type:app', `scope:${service}`];
  const needed = dependencies(tree, NEEDS);
  tree.write(
    `${root}/package.json`,
    packageJson(tree, { kind: 'services', name: service, tags, dependencies: needed }),
  );
  await formatFiles(tree);
}
