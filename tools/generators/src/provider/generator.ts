import { formatFiles, type Tree } from '@nx/devkit';
import { join } from 'node:path';
import { dependencies, namesOf, packageJson, writeProject } from '../shared/project.ts';

export interface ProviderOptions {
  /** The provider's name as models carry it, `acme` in `acme:model-1`; the service is `provider-acme`. */
  readonly name: string;
}

const NEEDS = [
  '@shotloom/contracts',
  '@shotloom/kernel',
  '@shotloom/provider-kit',
  '@shotloom/service-kit',
  'zod',
];

/** `nx g @shotloom/generators:provider <name>` */
export default async function providerGenerator(tree: Tree, { name }: ProviderOptions): Promise<void> {
  const service = `provider-${name}`;
  const root = `services/${service}`;
  writeProject(tree, join(import.meta.dirname, 'files'), root, namesOf(name));
  const tags = ['type:app', `scope:${service}`];
  const needed = dependencies(tree, NEEDS);
  tree.write(
    `${root}/package.json`,
    packageJson({ kind: 'services', name: service, tags, dependencies: needed }),
  );
  await formatFiles(tree);
}
